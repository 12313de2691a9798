// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

function tokens(selector: string): Record<string, [number, number, number]> {
  const block = css.slice(css.indexOf(`${selector} {`))
  const found: Record<string, [number, number, number]> = {}
  for (const [, name, l, c, h] of block
    .slice(0, block.indexOf('}'))
    .matchAll(/--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\);/g)) {
    found[name!] = [Number(l) / 100, Number(c), (Number(h) * Math.PI) / 180]
  }
  return found
}

/** Linear sRGB of an OKLCH colour; outside of 0 to 1 where sRGB has no such colour. */
function linear([L, C, h]: [number, number, number]): [number, number, number] {
  const a = C * Math.cos(h)
  const b = C * Math.sin(h)
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

/** Relative luminance. */
function luminance(colour: [number, number, number]): number {
  const [r, g, b] = linear(colour).map((x) => Math.min(1, Math.max(0, x))) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: [number, number, number], other: [number, number, number]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((x, y) => x - y) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const hues = ['brand', 'ok', 'warn', 'danger']
const pairs: [string, string, number][] = [
  ...['fg', 'muted', 'brand-strong', ...hues].flatMap((text) =>
    ['bg', 'card', 'soft'].map((ground): [string, string, number] => [text, ground, 4.5]),
  ),
  ...hues.flatMap((hue): [string, string, number][] => [
    [hue, `${hue}-soft`, 4.5],
    ['fg', `${hue}-soft`, 4.5],
    ['muted', `${hue}-soft`, 4.5],
  ]),
  ['on-brand', 'brand', 4.5],
  ['on-brand', 'brand-strong', 4.5],
  ['edge', 'bg', 3],
  ['edge', 'card', 3],
]

describe.each([
  ['light', ':root'],
  ['dark', "[data-theme='dark']"],
])('%s theme', (_, selector) => {
  const set = tokens(selector)
  it.each(pairs)('%s on %s is at least %s:1', (text, ground, least) => {
    expect(contrast(set[text]!, set[ground]!)).toBeGreaterThanOrEqual(least)
  })
  // The build writes them as sRGB only; a hair beyond it cannot be seen.
  it.each(Object.keys(set))('%s lies within sRGB', (name) => {
    for (const channel of linear(set[name]!)) {
      expect(channel).toBeGreaterThan(-0.03)
      expect(channel).toBeLessThan(1.03)
    }
  })
})
