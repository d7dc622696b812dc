# SPDX-License-Identifier: Apache-2.0
"""When a ratio counts."""

import dataclasses

from measure import Outcome

# Luma that is exact but for rounding to 8 bits is at 58.9 dB, and at 57.6 in WebP's range.
EXACT_ENOUGH = 55.0
BYTES = 1.015


@dataclasses.dataclass(frozen=True)
class Verdict:
    ratio: float
    void: str = ""  # why it does not count


def judge(ours: Outcome, theirs: Outcome, least_psnr: float | None = None) -> Verdict:
    """`least_psnr`: what ours must have instead of the peer's accuracy."""
    ratio = theirs.times(ours)
    needed = min(theirs.psnr, EXACT_ENOUGH) if least_psnr is None else least_psnr
    reasons = []
    if ours.psnr < needed:
        reasons.append(f"{ours.psnr:.1f} dB, {needed:.1f} needed")
    if ours.bytes > BYTES * theirs.bytes:
        reasons.append(f"{ours.bytes / theirs.bytes - 1:+.1%} bytes")
    return Verdict(ratio, ", ".join(reasons))
