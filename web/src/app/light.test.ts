// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const src = fileURLToPath(new URL('..', import.meta.url))

/** Files that a component brings along, lazily or not, but for those that come with full.css. */
function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found: string[] = []
  for (const [, names, path] of text.matchAll(/import\s+(?:type\s+)?(?:\{([^}]*)\}|\w+)?\s*(?:from\s*)?\(?'([^']+)'/g)) {
    if (path === '@/ui') {
      for (const name of names!.split(',')) found.push(join(src, 'ui', `${name.trim()}.vue`))
    } else if (path!.startsWith('@/')) found.push(join(src, path!.slice(2)))
    else if (path!.startsWith('.')) found.push(join(dirname(file), path!))
  }
  // What full() loads brings all classes.
  for (const [, path] of text.matchAll(/(?<!full\(\(\) => )import\('([^']+)'\)/g)) {
    if (path!.startsWith('@/')) found.push(join(src, path!.slice(2)))
    else if (path!.startsWith('.')) found.push(join(dirname(file), path!))
  }
  return found.filter((path) => path.endsWith('.vue') && existsSync(path))
}

/** The components whose classes a style sheet looks for. */
const sources = (css: string) =>
  [...readFileSync(join(src, 'app', css), 'utf8').matchAll(/@source '([^']+\.vue)'/g)].map(([, glob]) => new RegExp(`^${join('app', glob!).replace(/\./g, '\\.').replace('*', '[^/]+')}$`))

it.each([
  // Frames and parts that only other pages use come after full.css.
  { of: 'the light pages', sheets: ['app.css'], from: ['app/App.vue', 'features/home/HomePage.vue', 'features/enterprise/EnterprisePage.vue'], later: ['app/StaffFrame.vue', 'live/ConnectionNotice.vue'] },
  { of: 'the room', sheets: ['app.css', 'room.css'], from: ['app/App.vue', 'features/room/RoomPage.vue'], later: ['app/StaffFrame.vue'] },
])('finds the classes of all that $of use', ({ sheets, from, later }) => {
  const known = sheets.flatMap(sources)
  const open = from.map((path) => join(src, path))
  const seen = new Set<string>()
  while (open.length) {
    const file = open.pop()!
    const name = relative(src, file)
    if (seen.has(name) || later.includes(name)) continue
    seen.add(name)
    open.push(...imports(file))
  }
  const missing = [...seen].filter((name) => !known.some((source) => source.test(name)))
  expect(missing.map((name) => `@source '../${name}';`)).toEqual([])
  const idle = sources(sheets.at(-1)!).filter((source) => ![...seen].some((name) => source.test(name)))
  expect(idle, 'nothing of it uses these').toEqual([])
})
