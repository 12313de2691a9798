// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const src = fileURLToPath(new URL('..', import.meta.url))

/** Files that a component brings along, lazily or not. */
function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found: string[] = []
  for (const [, names, path] of text.matchAll(/import\s+(?:type\s+)?(?:\{([^}]*)\}|\w+)?\s*(?:from\s*)?\(?'([^']+)'/g)) {
    if (path === '@/ui') {
      for (const name of names!.split(',')) found.push(join(src, 'ui', `${name.trim()}.vue`))
    } else if (path!.startsWith('@/')) found.push(join(src, path!.slice(2)))
    else if (path!.startsWith('.')) found.push(join(dirname(file), path!))
  }
  for (const [, path] of text.matchAll(/import\('([^']+)'\)/g)) {
    if (path!.startsWith('@/')) found.push(join(src, path!.slice(2)))
    else if (path!.startsWith('.')) found.push(join(dirname(file), path!))
  }
  return found.filter((path) => path.endsWith('.vue') && existsSync(path))
}

it('finds the classes of all that the light pages use', () => {
  const css = readFileSync(join(src, 'app/app.css'), 'utf8')
  const sources = [...css.matchAll(/@source '([^']+\.vue)'/g)].map(
    ([, glob]) => new RegExp(`^${join('app', glob!).replace(/\./g, '\\.').replace('*', '[^/]+')}$`),
  )
  // Frames and parts that only other pages use come after full.css.
  const later = new Set(['app/StaffFrame.vue', 'live/ConnectionNotice.vue', 'features/demo/DemoBar.vue'])
  const open = ['app/App.vue', 'features/home/HomePage.vue', 'features/enterprise/EnterprisePage.vue'].map((path) => join(src, path))
  const seen = new Set<string>()
  while (open.length) {
    const file = open.pop()!
    const name = relative(src, file)
    if (seen.has(name) || later.has(name)) continue
    seen.add(name)
    open.push(...imports(file))
  }
  const missing = [...seen].filter((name) => !sources.some((source) => source.test(name)))
  expect(missing.map((name) => `@source '../${name}';`)).toEqual([])
})
