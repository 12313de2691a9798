/*
 * Which modules stand in one file. Left alone, whatever several pages share becomes a file of its own: a room would come in thirty-five,
 * and many small files compress worse than a few. So what the first pages (the front door, an enterprise, the room) bring along at
 * once stands together, as does what every page needs; all else is left to the builder.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rolldown } from 'vite'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const entry = `${src}app/main.ts`
const fronts = ['home/HomePage.vue', 'enterprise/EnterprisePage.vue', 'room/RoomPage.vue'].map((page) => `${src}features/${page}`)
/** Files that hand on what others hold: only what is imported by name counts. */
const barrel = /\/src\/ui\/index\.ts$|\/lucide-vue\.mjs$/

type Modules = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>

/** The module behind each name of a barrel. */
function behind(id: string, code: string): Map<string, string> {
  const names = new Map<string, string>()
  for (const [, list, from] of code.matchAll(/export\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']/g)) {
    for (const name of list!.split(',')) names.set(name.trim().split(/\s+as\s+/).at(-1)!, join(dirname(id), from!))
  }
  return names
}

/** All that is loaded with a page, without what it loads later. */
function along(page: string, modules: Modules, barrels: Map<string, Map<string, string>>): Set<string> {
  const found = new Set<string>()
  const open = [page]
  while (open.length) {
    const id = open.pop()!
    const info = modules.getModuleInfo(id)
    if (!info || found.has(id)) continue
    found.add(id)
    for (const imported of info.importedIds) {
      if (!barrel.test(imported)) {
        open.push(imported)
        continue
      }
      if (!barrels.has(imported)) barrels.set(imported, behind(imported, modules.getModuleInfo(imported)?.code ?? ''))
      for (const [, list] of (info.code ?? '').matchAll(/import\s*\{([^}]*)\}\s*from\s*["'](?:@\/ui|@lucide\/vue)["']/g)) {
        for (const name of list!.split(',')) {
          const target = barrels.get(imported)!.get(name.trim().split(/\s+as\s+/)[0]!)
          if (target) open.push(target)
        }
      }
    }
  }
  return found
}

/** Names the file of a module that every page or the first ones bring along; null leaves it to the builder. */
export function chunkName(): (id: string, modules: Modules) => string | null {
  const barrels = new Map<string, Map<string, string>>()
  let sets: Set<string>[] | undefined
  return (id, modules) => {
    sets ??= [entry, ...fronts].map((page) => along(page, modules, barrels))
    if (fronts.includes(id)) return null
    const [always, home, enterprise, room] = sets.map((set) => set.has(id))
    if (always) return 'app'
    const part = /\/src\/(ui|lib)\/|@lucide/.test(id)
    if (part && home && (enterprise || room)) return 'app'
    if (part && enterprise) return 'figures'
    if (part && room) return 'kit'
    if (room && !home && !enterprise && /\/features\/(room|offer)\//.test(id)) return 'room'
    if (enterprise && !room && /\/features\/(scorecard|words)\//.test(id)) return 'scorecard'
    return null
  }
}
