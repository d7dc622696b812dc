// SPDX-License-Identifier: Apache-2.0
// The colour keywords that queries have too (CSS Color 3, 4.1; orange of CSS 2.1; the other grey).
'use strict';

module.exports = {
  aqua: '#00ffff', black: '#000000', blue: '#0000ff', fuchsia: '#ff00ff', gray: '#808080',
  green: '#008000', grey: '#808080', lime: '#00ff00', maroon: '#800000', navy: '#000080',
  olive: '#808000', orange: '#ffa500', purple: '#800080', red: '#ff0000', silver: '#c0c0c0',
  teal: '#008080', transparent: '#00000000', white: '#ffffff', yellow: '#ffff00',
};
