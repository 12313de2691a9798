// Adds up what a browser downloads (JavaScript and CSS, gzip as it goes over the wire, KB = 1,000 bytes) for a first visit to a
// page on a phone, from Vite's manifest, and fails when a page is over its limit:
//   paint   until the page is painted, its content still on the way: the entry and the page
//   first   until the page's main content stands: that, and the parts that show what the page is for
//   alone   that, and all parts that then come by themselves, without anybody doing anything
// Both in Chinese and in English, whose texts come besides. `make bench` reads the figures from dist/.vite/weight.json; TestWeight
// of e2e compares its lists of files with what a browser really fetches.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** Signed in where that is needed, online, scrolled nowhere. `demo` is what only the demo adds. Limits in KB: paint, first, alone, alone in English. */
const pages = [
  { path: '/', paint: ['HomePage'], first: [], then: ['HomeHow'], demo: [], limits: [60, 65, 66, 70] },
  { path: '/e/<enterprise>', paint: ['EnterprisePage'], first: [], then: [], demo: [], limits: [60, 70, 70, 74] },
  { path: '/c/<case>', paint: ['RoomPage', 'room'], first: [], then: ['ConnectionNotice', 'MissedNotice'], demo: ['DemoBar', 'full'], limits: [100, 114, 118, 128] },
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
  for (const chunk of [manifest['index.html'], ...parts.map(chunkOf)]) collect(chunk, files, english)
  return { kb: [...files].reduce((sum, file) => sum + size(file), 0) / 1000, files: [...files] }
}

let failed = false
const results = pages.map(({ path, paint, first, then, demo, limits }) => {
  const all = [...paint, ...first, ...then]
  const page = { path, paint: weigh(paint, false), first: weigh([...paint, ...first], false), alone: weigh(all, false), english: weigh(all, true), demo: weigh([...all, ...demo], false), demoEnglish: weigh([...all, ...demo], true) }
  const weights = [page.paint.kb, page.first.kb, page.alone.kb, page.english.kb]
  const over = weights.some((kb, n) => kb > limits[n])
  failed ||= over
  const [painted, told, alone, english] = weights.map((kb, n) => `${kb.toFixed(1)} of ${limits[n]}`)
  console.log(`${over ? 'OVER' : 'ok  '} ${path.padEnd(16)} paint ${painted} KB, first ${told} KB, alone ${alone} KB, in English ${english} KB gzip`)
  if (over) for (const file of page.english.files) console.log(`       ${(size(file) / 1000).toFixed(1).padStart(6)} ${file}`)
  return page
})
writeFileSync(`${dist}.vite/weight.json`, JSON.stringify(results))
if (failed) process.exit(1)
