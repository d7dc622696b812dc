// SPDX-License-Identifier: Apache-2.0
import limen = require('limen-image');

export async function widths(bytes: Uint8Array): Promise<limen.Output[]> {
  const recipes: limen.Recipe[] = [160, 320].map((width) => ({ width }));
  return limen.transform(bytes, recipes);
}
