// Adds up what a browser downloads (JavaScript and CSS, gzip as it goes over the wire, KB = 1,000 bytes) for a first visit to a
// page on a phone, from Vite's manifest, and fails when a page is over its limit:
//   first   until the page stands with its content
//   alone   with all parts that then come by themselves, without anybody doing anything
// Both in Chinese and in English, whose texts come besides. `make bench` reads the figures from dist/.vite/weight.json; TestWeight
// of e2e compares its lists of files with what a browser really fetches.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** Signed in where that is needed, online, scrolled nowhere. `demo` is what only the demo adds. Limits in KB: first, alone, alone in English. */
const pages = [
  { path: '/', first: ['HomePage'], then: ['HomeHow'], demo: [], limits: [60, 60, 63] },
  { path: '/e/<enterprise>', first: ['EnterprisePage'], then: [], demo: [], limits: [60, 60, 65] },
  { path: '/c/<case>', first: ['RoomPage', 'room'], then: ['ConnectionNotice', 'MissedNotice'], demo: ['DemoBar', 'full'], limits: [100, 100, 110] },
]

/** Bytes on the wire: what the build did not compress goes as it is. */
const size = (file) => statSync(existsSync(`${dist}${file}.gz`) ? `${dist}${file}.gz` : dist + file).size

/** The chunk of a source file, by its name without folder and ending; of a shared one, by the name the build gave it. */
function chunkOf(name) {
  const found = Object.entries(manifest).find(([key, chunk]) => new RegExp(`(^|/)${name}\\.(vue|ts|css)$`).test(key) || (key.startsWith('_') && chunk.name === name))
  if (!found) throw new Error(`weight: ${name} is not in the manifest`)
  return found[1]
}

/** Adds all files that come with a chunk: itself, its styles, its static imports, and in English the texts of its dictionaries. */
function collect(chunk, files, english) {
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of chunk.imports ?? []) collect(manifest[imported], files, english)
  if (english) for (const key of chunk.dynamicImports ?? []) if (key.endsWith('/messages.en.ts')) collect(manifest[key], files, english)
}

function weigh(parts, english) {
  const files = new Set(['boot.js'])
  for (const chunk of ['app', ...parts].map(chunkOf)) collect(chunk, files, english)
  return { kb: [...files].reduce((sum, file) => sum + size(file), 0) / 1000, files: [...files] }
}

let failed = false
const results = pages.map(({ path, first, then, demo, limits }) => {
  const all = [...first, ...then]
  const page = { path, first: weigh(first, false), alone: weigh(all, false), english: weigh(all, true), demo: weigh([...all, ...demo], false), demoEnglish: weigh([...all, ...demo], true) }
  const weights = [page.first.kb, page.alone.kb, page.english.kb]
  const over = weights.some((kb, n) => kb > limits[n])
  failed ||= over
  const [told, alone, english] = weights.map((kb, n) => `${kb.toFixed(1)} of ${limits[n]}`)
  console.log(`${over ? 'OVER' : 'ok  '} ${path.padEnd(16)} first ${told} KB, alone ${alone} KB, in English ${english} KB gzip`)
  if (over) for (const file of page.english.files) console.log(`       ${(size(file) / 1000).toFixed(1).padStart(6)} ${file}`)
  return page
})
writeFileSync(`${dist}.vite/weight.json`, JSON.stringify(results))
if (failed) process.exit(1)
