// SPDX-License-Identifier: Apache-2.0
import limen from 'limen-image';

/** Soft colour with some texture, the same every time. */
export function picture(width, height, channels = 3) {
  const data = new Uint8Array(width * height * channels);
  let seed = 1;
  for (let y = 0, i = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const grain = seed >>> 28;
      for (let c = 0; c < channels; ++c) {
        const wave = 90 * Math.sin(x / (23 + 9 * c)) * Math.cos(y / (31 - 7 * c));
        data[i++] = c === 3 ? (x * 255) / width : 120 + wave + grain;
      }
    }
  }
  return { data, width, height, channels };
}

export async function jpeg(width = 640, height = 480, options = {}) {
  return (await limen.encode(picture(width, height), { quality: 92, chroma: '4:2:0', ...options })).data;
}
export async function png(width = 64, height = 32, channels = 4) {
  return (await limen.encode(picture(width, height, channels), { format: 'png' })).data;
}
