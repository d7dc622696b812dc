// SPDX-License-Identifier: Apache-2.0

//! jpegli with its tool's settings, behind one C function: progressive scans of level 2, adaptive
//! quantisation, a Butteraugli distance.

use jpegli_sys as sys;
use std::mem::{size_of, zeroed};
use std::os::raw::{c_int, c_uchar, c_ulong};

extern "C" {
    // Of jpegli's own encode.h.
    fn jpegli_set_distance(cinfo: &mut sys::jpegli_compress_struct, distance: f32, baseline: c_int);
    fn jpegli_set_progressive_level(cinfo: &mut sys::jpegli_compress_struct, level: c_int);
    fn malloc(bytes: usize) -> *mut c_uchar;
    fn free(memory: *mut c_uchar);
    fn memcpy(to: *mut c_uchar, from: *const c_uchar, bytes: usize) -> *mut c_uchar;
}

const PROGRESSIVE_LEVEL: c_int = 2;

/// Rows of `channels` (1 or 3) bytes a pixel, none between them. `halving`: 2 for 4:2:0, 1 for 4:4:4.
/// Returns memory that `limen_jpegli_free` frees, of `size` bytes.
///
/// # Safety
/// `pixels` has width * height * channels bytes.
#[no_mangle]
pub unsafe extern "C" fn limen_jpegli_encode(
    pixels: *const c_uchar,
    width: u32,
    height: u32,
    channels: u32,
    distance: f32,
    halving: c_int,
    size: *mut usize,
) -> *mut c_uchar {
    let mut errors: sys::jpegli_error_mgr = zeroed();
    let mut state: sys::jpegli_compress_struct = zeroed();
    state.common.err = sys::jpegli_std_error(&mut errors);
    sys::jpegli_CreateCompress(
        &mut state,
        sys::JPEG_LIB_VERSION,
        size_of::<sys::jpegli_compress_struct>(),
    );
    let mut memory: *mut c_uchar = std::ptr::null_mut();
    let mut bytes: c_ulong = 0;
    sys::jpegli_mem_dest(&mut state, &mut memory, &mut bytes);
    state.image_width = width;
    state.image_height = height;
    state.input_components = channels as c_int;
    state.in_color_space = if channels == 1 {
        sys::J_COLOR_SPACE::JCS_GRAYSCALE
    } else {
        sys::J_COLOR_SPACE::JCS_RGB
    };
    sys::jpegli_set_defaults(&mut state);
    jpegli_set_distance(&mut state, distance, 1);
    jpegli_set_progressive_level(&mut state, PROGRESSIVE_LEVEL);
    if channels == 3 {
        (*state.comp_info).h_samp_factor = halving;
        (*state.comp_info).v_samp_factor = halving;
    }
    sys::jpegli_start_compress(&mut state, 1);
    let stride = width as usize * channels as usize;
    for y in 0..height as usize {
        let mut row = pixels.add(y * stride) as *mut c_uchar;
        sys::jpegli_write_scanlines(&mut state, &mut row as *mut _ as *mut _, 1);
    }
    sys::jpegli_finish_compress(&mut state);
    sys::jpegli_destroy_compress(&mut state);
    let file = malloc(bytes as usize);
    memcpy(file, memory, bytes as usize);
    free(memory);
    *size = bytes as usize;
    file
}

/// # Safety
/// What `limen_jpegli_encode` returned.
#[no_mangle]
pub unsafe extern "C" fn limen_jpegli_free(memory: *mut c_uchar) {
    free(memory);
}
