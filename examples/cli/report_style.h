// SPDX-License-Identifier: Apache-2.0
#pragma once

// The style and the script of the report's page.

#include <string_view>

namespace cli {

inline constexpr std::string_view kReportStyle = R"(
:root { color-scheme: light dark; --ink: #1d1f22; --dim: #666b72; --line: #d9dce0; --paper: #fff;
  --panel: #f5f6f7; --jpeg: #2b6cb0; --png: #6b7280; --webp: #2f855a; --avif: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7e9; --dim: #9aa0a8; --line: #3a3d42;
  --paper: #17181a; --panel: #212327; --jpeg: #63a4e8; --webp: #5cc38d; --avif: #e3ae54; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; max-width: 1320px; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.5rem; margin: 0 0 .3rem } h2 { font-size: 1.15rem; margin: 0 0 .6rem;
  overflow-wrap: anywhere }
p { max-width: 75ch } a { color: inherit }
kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 .35em; font-size: .85em }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap } th { color: var(--dim); font-weight: 600 }
th:first-child, td:first-child, .text { text-align: left }
td:first-child { white-space: normal; overflow-wrap: anywhere }
tfoot td { font-weight: 600 } .scroll { overflow-x: auto } .missed { color: #c53030 }
article { border-top: 1px solid var(--line); margin-top: 2.2rem; padding-top: 1.4rem }
.two { display: grid; grid-template-columns: minmax(0, 1fr) 480px; gap: 1.5rem }
@media (max-width: 1050px) { .two { grid-template-columns: minmax(0, 1fr) } }
.controls { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center;
  margin-bottom: .5rem }
button { font: inherit; border: 1px solid var(--line); background: var(--panel); color: inherit;
  border-radius: 4px; padding: .15rem .7rem; cursor: pointer; margin: 0 -.4rem 0 0 }
button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink) }
label { color: var(--dim); margin-left: .6rem } input { vertical-align: middle; width: 8rem }
.frame { overflow: auto; max-height: 85vh; background: var(--panel); border: 1px solid var(--line) }
.stage { position: relative; cursor: pointer; user-select: none; touch-action: manipulation;
  background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0/16px 16px }
.stage:focus-visible { outline: 2px solid var(--jpeg) }
.stage img { position: absolute; inset: 0; width: 100%; height: 100%; visibility: hidden }
.stage.enlarged img { image-rendering: pixelated }
[data-shown=before] .before, [data-shown=after] .after, [data-shown=map] .map,
[data-shown=split] :is(.before, .after) { visibility: visible }
[data-shown=split] .before { clip-path: inset(0 calc(100% - var(--split)) 0 0) }
[data-shown=split] .after { clip-path: inset(0 0 0 var(--split)) }
.overview { margin: 1rem 0 0 } .overview div { position: relative; display: inline-block }
.overview img { display: block; max-width: 100%; height: auto }
.overview i { position: absolute; border: 2px solid #000; outline: 1px solid #fff;
  box-sizing: border-box }
figcaption, .note { color: var(--dim); font-size: .9rem }
.curve { width: 100%; height: auto; font-size: 11px } .curve text { fill: var(--dim) }
.curve .grid { stroke: var(--line) } .curve .target { stroke: #c53030; stroke-dasharray: 5 4 }
.curve polyline { fill: none; stroke: var(--hue); stroke-width: 1.6 }
.curve .full-chroma polyline { stroke-dasharray: 2 3 }
.curve circle { stroke: var(--hue); stroke-width: 1.6; fill: var(--paper) }
.curve .passes { fill: var(--hue) } .curve .chosen { fill: none; stroke: var(--ink) }
.jpeg { --hue: var(--jpeg) } .png { --hue: var(--png) } .webp { --hue: var(--webp) }
.avif { --hue: var(--avif) } .jpeg.full-chroma { --hue: #9f5fb8 }
.avif.full-chroma { --hue: #d0604c }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0;
  margin: 0 0 1rem; font-size: .9rem }
.legend li::before { content: ""; display: inline-block; width: 1em; height: .25em;
  margin-right: .4em; vertical-align: middle; background: var(--hue) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1rem }
dt { color: var(--dim) } dd { margin: 0; font-variant-numeric: tabular-nums }
details { margin-top: .5rem } summary { cursor: pointer; color: var(--dim) }
)";

inline constexpr std::string_view kReportScript = R"(
'use strict';
let active = null;  // what the keys act on: the swap last pointed at
for (const swap of document.querySelectorAll('.swap')) {
  const stage = swap.querySelector('.stage'), range = swap.querySelector('input');
  const flickers = swap.querySelector('[data-flicker]'), zoom = swap.querySelector('select');
  let timer = 0, pressed = 0;
  const show = (name) => {
    swap.dataset.shown = name;
    for (const button of swap.querySelectorAll('[data-show]')) {
      button.setAttribute('aria-pressed', button.dataset.show === name);
    }
    flickers.setAttribute('aria-pressed', timer !== 0);
  };
  const other = () => swap.dataset.shown === 'before' ? 'after' : 'before';
  const stop = () => { clearInterval(timer); timer = 0; };
  const toggle = () => { stop(); show(other()); };
  // One pixel of the picture is one of the screen's at zoom 1.
  const resize = () => {
    const scale = zoom.value / (window.devicePixelRatio || 1);
    stage.style.width = stage.dataset.width * scale + 'px';
    stage.style.height = stage.dataset.height * scale + 'px';
    stage.classList.toggle('enlarged', zoom.value > 1);
  };
  for (const button of swap.querySelectorAll('[data-show]')) {
    button.addEventListener('click', () => { stop(); show(button.dataset.show); });
  }
  // Two pictures a second each: slow enough for people whom flashes harm.
  flickers.addEventListener('click', () => {
    if (timer) { stop(); } else { timer = setInterval(() => show(other()), 250); }
    show(other());
  });
  range.addEventListener('input', () => {
    stop();
    stage.style.setProperty('--split', range.value + '%');
    show('split');
  });
  zoom.addEventListener('change', resize);
  addEventListener('resize', resize);
  // A click swaps; holding shows the other one for as long as it is held.
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    stop(); show(other()); pressed = event.timeStamp;
  });
  const release = (event) => {
    if (pressed && event.timeStamp - pressed > 350) show(other());
    pressed = 0;
  };
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointerleave', release);
  stage.addEventListener('pointercancel', release);
  stage.addEventListener('contextmenu', (event) => { if (pressed) event.preventDefault(); });
  swap.addEventListener('pointerenter', () => { active = swap; });
  swap.addEventListener('focusin', () => { active = swap; });
  swap.act = (key) => key === 'h' ? (stop(), show('map')) : toggle();
  resize();
  show('after');
}
active = document.querySelector('.swap');
addEventListener('keydown', (event) => {
  const key = event.key.toLowerCase();
  if (!active || (key !== ' ' && key !== 'h') || event.ctrlKey || event.metaKey) return;
  if (event.target.closest('button, input, select, summary')) return;
  event.preventDefault();
  active.act(key);
});
)";

}  // namespace cli
