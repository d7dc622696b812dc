// SPDX-License-Identifier: Apache-2.0

package limen

// LiveWorkers is how many workspaces of C's there are.
func LiveWorkers() int64 { return liveWorkers.value() }

// FollowsCode makes an error as one of the library's with this code.
func FollowsCode(code Code) error { return &Error{Code: code} }
