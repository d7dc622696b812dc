// SPDX-License-Identifier: Apache-2.0

//! fast_image_resize and pic-scale, each as `prepare` -> `run` -> `release`. What a crate lets a
//! caller keep between pictures of one size (weights, scratch memory) is kept.

use std::slice;
use std::sync::Arc;

use fast_image_resize as fir;
use pic_scale as ps;

enum Peer {
    Fir {
        resizer: fir::Resizer,
        options: fir::ResizeOptions,
        pixel: fir::PixelType,
    },
    Rgb {
        plan: Arc<ps::Resampling<u8, 3>>,
        scratch: Vec<u8>,
    },
    Rgba {
        plan: Arc<ps::Resampling<u8, 4>>,
        scratch: Vec<u8>,
    },
}

pub struct Prepared {
    peer: Peer,
    channels: usize,
    from: (usize, usize),
    to: (usize, usize),
}

/// `which`: 0 fast_image_resize, 1 pic-scale at its default (speed), 2 pic-scale for quality.
/// Lanczos3 of u8, 3 or 4 channels; `alpha` != 0: the fourth multiplies the others. Null on failure.
#[no_mangle]
pub extern "C" fn peer_prepare(
    which: i32,
    channels: i32,
    alpha: i32,
    from_width: i32,
    from_height: i32,
    to_width: i32,
    to_height: i32,
) -> *mut Prepared {
    let from = (from_width as usize, from_height as usize);
    let to = (to_width as usize, to_height as usize);
    let peer = if which == 0 {
        Some(Peer::Fir {
            resizer: fir::Resizer::new(),
            options: fir::ResizeOptions::new()
                .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3))
                .use_alpha(alpha != 0),
            pixel: if channels == 3 {
                fir::PixelType::U8x3
            } else {
                fir::PixelType::U8x4
            },
        })
    } else {
        let mut scaler = ps::Scaler::new(ps::ResamplingFunction::Lanczos3);
        scaler.set_threading_policy(ps::ThreadingPolicy::Single);
        scaler.set_workload_strategy(if which == 1 {
            ps::WorkloadStrategy::PreferSpeed
        } else {
            ps::WorkloadStrategy::PreferQuality
        });
        let source = ps::ImageSize::new(from.0, from.1);
        let target = ps::ImageSize::new(to.0, to.1);
        if channels == 3 {
            scaler
                .plan_rgb_resampling(source, target)
                .ok()
                .map(|plan| Peer::Rgb {
                    scratch: plan.alloc_scratch(),
                    plan,
                })
        } else {
            scaler
                .plan_rgba_resampling(source, target, alpha != 0)
                .ok()
                .map(|plan| Peer::Rgba {
                    scratch: plan.alloc_scratch(),
                    plan,
                })
        }
    };
    match peer {
        Some(peer) => Box::into_raw(Box::new(Prepared {
            peer,
            channels: channels as usize,
            from,
            to,
        })),
        None => std::ptr::null_mut(),
    }
}

fn pixels<const N: usize>(
    plan: &ps::Resampling<u8, N>,
    scratch: &mut [u8],
    from: &[u8],
    from_size: (usize, usize),
    to: &mut [u8],
    to_size: (usize, usize),
) -> bool {
    let Ok(source) = ps::ImageStore::<u8, N>::from_slice(from, from_size.0, from_size.1) else {
        return false;
    };
    let Ok(mut target) = ps::ImageStoreMut::<u8, N>::from_slice(to, to_size.0, to_size.1) else {
        return false;
    };
    plan.resample_with_scratch(&source, &mut target, scratch)
        .is_ok()
}

/// 0 on success.
///
/// # Safety
/// `prepared` is of peer_prepare(); `from` and `to` are tightly packed pictures of its sizes.
#[no_mangle]
pub unsafe extern "C" fn peer_run(prepared: *mut Prepared, from: *mut u8, to: *mut u8) -> i32 {
    let job = &mut *prepared;
    let from = slice::from_raw_parts_mut(from, job.from.0 * job.from.1 * job.channels);
    let to = slice::from_raw_parts_mut(to, job.to.0 * job.to.1 * job.channels);
    let done = match &mut job.peer {
        Peer::Fir {
            resizer,
            options,
            pixel,
        } => {
            let source = fir::images::ImageRef::new(
                job.from.0 as u32,
                job.from.1 as u32,
                from,
                *pixel,
            );
            let target = fir::images::Image::from_slice_u8(
                job.to.0 as u32,
                job.to.1 as u32,
                to,
                *pixel,
            );
            match (source, target) {
                (Ok(source), Ok(mut target)) => {
                    resizer.resize(&source, &mut target, &*options).is_ok()
                }
                _ => false,
            }
        }
        Peer::Rgb { plan, scratch } => pixels(&**plan, scratch, from, job.from, to, job.to),
        Peer::Rgba { plan, scratch } => pixels(&**plan, scratch, from, job.from, to, job.to),
    };
    i32::from(!done)
}

/// # Safety
/// `prepared` is of peer_prepare() and not used again.
#[no_mangle]
pub unsafe extern "C" fn peer_release(prepared: *mut Prepared) {
    drop(Box::from_raw(prepared));
}
