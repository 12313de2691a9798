// Adds up what a browser downloads (JavaScript and CSS, gzip as it goes over the wire, KB = 1,000 bytes) for a first visit to a
// page, from Vite's manifest, and fails when a page is over its limit:
//   first   before the first paint: the entry and the page with all that they import
//   alone   that, and the parts that then come by themselves, without anybody doing anything
// `make bench` reads the figures from dist/.vite/weight.json.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** `then` are the lazy parts that come by themselves: on a phone, in Chinese, signed in where that is needed, online. */
const pages = [
  { path: '/', parts: ['HomePage'], then: ['HomeSearch', 'HomeHow'], limits: [60, 65] },
  { path: '/e/<enterprise>', parts: ['EnterprisePage'], then: ['EnterpriseProfile'], limits: [60, 75] },
  { path: '/c/<case>', parts: ['RoomPage', 'full', 'ConnectionNotice'], then: ['RoomLog', 'ActionBar', 'MissedNotice'], limits: [100, 120] },
]

/** Bytes on the wire: what the build did not compress goes as it is. */
const size = (file) => statSync(existsSync(`${dist}${file}.gz`) ? `${dist}${file}.gz` : dist + file).size

/** The chunk of a source file, by its name without folder and ending; of a shared one, by the name the build gave it. */
function chunkOf(name) {
  const found = Object.entries(manifest).find(([key, chunk]) => new RegExp(`(^|/)${name}\\.(vue|ts)$`).test(key) || (key.startsWith('_') && chunk.name === name))
  if (!found) throw new Error(`weight: ${name} is not in the manifest`)
  return found[1]
}

/** All files that come with a chunk: itself, its styles and its static imports. */
function collect(chunk, files) {
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of chunk.imports ?? []) collect(manifest[imported], files)
}

let failed = false
const results = pages.map(({ path, parts, then, limits }) => {
  const files = new Set(['boot.js'])
  const kb = () => [...files].reduce((sum, file) => sum + size(file), 0) / 1000
  for (const chunk of [manifest['index.html'], ...parts.map(chunkOf)]) collect(chunk, files)
  const first = { kb: kb(), files: files.size }
  for (const name of then) collect(chunkOf(name), files)
  const alone = { kb: kb(), files: files.size }
  const over = first.kb > limits[0] || alone.kb > limits[1]
  failed ||= over
  console.log(`${over ? 'OVER' : 'ok  '} ${path.padEnd(16)} first ${first.kb.toFixed(1)} of ${limits[0]} KB, alone ${alone.kb.toFixed(1)} of ${limits[1]} KB gzip`)
  if (over) for (const file of files) console.log(`       ${(size(file) / 1000).toFixed(1).padStart(6)} ${file}`)
  return { path, first, alone }
})
writeFileSync(`${dist}.vite/weight.json`, JSON.stringify(results))
if (failed) process.exit(1)
