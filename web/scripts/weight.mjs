// Adds up what a first visit downloads (JavaScript and CSS, gzip) per page,
// from Vite's manifest, and fails when a page is over its limit.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))

/** Pages with a limit, in KB (1 KB = 1024 bytes). `also` lists lazy parts the page always needs. */
const pages = [
  { path: '/', page: 'src/features/home/HomePage.vue', limit: 60 },
  { path: '/e/<enterprise>', page: 'src/features/enterprise/EnterprisePage.vue', limit: 60 },
  {
    path: '/c/<case>',
    page: 'src/features/room/RoomPage.vue',
    also: ['src/app/full.ts', 'src/live/ConnectionNotice.vue'],
    limit: 100,
  },
]

const sizes = new Map()
function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(dist + file), { level: 9 }).length)
  return sizes.get(file)
}

/** All files that come with a chunk: itself, its styles and its static imports. */
function collect(key, files) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`weight: ${key} is not in the manifest`)
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const imported of chunk.imports ?? []) collect(imported, files)
}

let failed = false
for (const { path, page, also = [], limit } of pages) {
  const files = new Set(['boot.js'])
  for (const key of ['index.html', page, ...also]) collect(key, files)
  const total = [...files].reduce((sum, file) => sum + size(file), 0)
  const over = total > limit * 1024
  failed ||= over
  console.log(`${over ? 'OVER' : 'ok  '} ${path.padEnd(18)} ${(total / 1024).toFixed(1)} KB of ${limit} KB gzip`)
  if (over) for (const file of files) console.log(`       ${(size(file) / 1024).toFixed(1).padStart(6)} ${file}`)
}
if (failed) process.exit(1)
