// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
)

// Code says what a caller can do about an error. Codes are errors, so that errors.Is finds them:
//
//	errors.Is(err, limen.ErrLimitExceeded)
type Code int32

const (
	// ErrInvalidArgument: the call asks for something that makes no sense; mend the call.
	ErrInvalidArgument Code = C.LIMEN_INVALID_ARGUMENT
	// ErrUnsupported: understood, but limen does not do it.
	ErrUnsupported Code = C.LIMEN_UNSUPPORTED
	// ErrMalformed: the input breaks its format's rules.
	ErrMalformed Code = C.LIMEN_MALFORMED
	// ErrTruncated: the input ends before its data does.
	ErrTruncated Code = C.LIMEN_TRUNCATED
	// ErrLimitExceeded: one of Limits forbids it; Error.Limit, Asked and Allowed are set.
	ErrLimitExceeded Code = C.LIMEN_LIMIT_EXCEEDED
	// ErrCancelled: the context ended; the error wraps the context's as well.
	ErrCancelled Code = C.LIMEN_CANCELLED
	// ErrOutOfMemory: the system had no memory, though the limits allowed it.
	ErrOutOfMemory Code = C.LIMEN_OUT_OF_MEMORY
	// ErrIO: a reader or a writer failed; the error wraps its error as well.
	ErrIO Code = C.LIMEN_IO
	// ErrInternal: a defect in limen or a library below it; please report it.
	ErrInternal Code = C.LIMEN_INTERNAL
)

// Error gives the words in which messages name the code: "limit exceeded".
func (c Code) Error() string { return C.GoString(C.limen_status_name(C.limen_status(c))) }

// Limit names one of Limits.
type Limit int32

const (
	LimitNone          Limit = C.LIMEN_LIMIT_NONE + 1
	LimitInputBytes    Limit = C.LIMEN_LIMIT_INPUT_BYTES + 1
	LimitSide          Limit = C.LIMEN_LIMIT_SIDE + 1
	LimitPixels        Limit = C.LIMEN_LIMIT_PIXELS + 1
	LimitWorkingMemory Limit = C.LIMEN_LIMIT_WORKING_MEMORY + 1
	LimitScans         Limit = C.LIMEN_LIMIT_SCANS + 1
	LimitFrames        Limit = C.LIMEN_LIMIT_FRAMES + 1
	LimitMetadataBytes Limit = C.LIMEN_LIMIT_METADATA_BYTES + 1
)

// String gives the limit's unit, as messages name it: "pixels a side".
func (l Limit) String() string {
	switch l {
	case LimitNone:
		return "none"
	case LimitInputBytes:
		return "input bytes"
	case LimitSide:
		return "pixels a side"
	case LimitPixels:
		return "pixels a frame"
	case LimitWorkingMemory:
		return "bytes of working memory"
	case LimitScans:
		return "scans"
	case LimitFrames:
		return "frames"
	case LimitMetadataBytes:
		return "bytes of metadata"
	}
	return fmt.Sprintf("Limit(%d)", int32(l))
}

// Error says what went wrong and where. Every error of this package is one.
type Error struct {
	Code    Code
	Message string // one line: what and where
	Format  Format // what was read or written, or zero
	Limit   Limit  // with ErrLimitExceeded: which of Limits
	Asked   uint64 // what the work would have needed
	Allowed uint64 // what the limit allows
	Offset  uint64 // byte of the input, 0 where unknown
	Err     error  // what caused it: the context's error, a reader's, os.ErrClosed; or nil
}

// Error gives the message, after the package's name, and the cause.
func (e *Error) Error() string {
	text := "limen: " + e.Message
	if e.Message == "" {
		text += e.Code.Error()
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is holds for the error's code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap gives the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

func invalidArgument(format string, arguments ...any) *Error {
	return &Error{Code: ErrInvalidArgument, Message: fmt.Sprintf(format, arguments...)}
}

func limitExceeded(limit Limit, asked, allowed uint64) *Error {
	return &Error{
		Code:    ErrLimitExceeded,
		Message: fmt.Sprintf("%d %s asked, %d allowed", asked, limit, allowed),
		Limit:   limit,
		Asked:   asked,
		Allowed: allowed,
	}
}

func outOfMemory() *Error {
	return &Error{Code: ErrOutOfMemory, Message: "the system has no memory left"}
}

// contextEnded is the error of a call whose context ended before limen was asked.
func contextEnded(ctx context.Context) *Error {
	return &Error{Code: ErrCancelled, Message: "cancelled by the caller", Err: ctx.Err()}
}

// errorOf takes over what a call left behind; nil where status is LIMEN_OK.
func errorOf(status C.limen_status, failure *C.limen_error) error {
	if status == C.LIMEN_OK {
		return nil
	}
	if failure == nil {
		return &Error{Code: Code(status), Message: Code(status).Error()}
	}
	defer C.limen_error_free(failure)
	return &Error{
		Code:    Code(C.limen_error_code(failure)),
		Message: C.GoString(C.limen_error_message(failure)),
		Format:  Format(C.limen_error_format(failure) + 1),
		Limit:   Limit(C.limen_error_limit(failure) + 1),
		Asked:   uint64(C.limen_error_asked(failure)),
		Allowed: uint64(C.limen_error_allowed(failure)),
		Offset:  uint64(C.limen_error_offset(failure)),
	}
}
