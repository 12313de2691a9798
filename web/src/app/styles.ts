/*
 * Which classes come when. full.css has all; room.css those that the room needs as it opens on a phone. Of two sheets the later one
 * wins, and room.css lacks what would win over it: it is never loaded after full.css.
 */
import fullSheet from './full.css?url'
import roomSheet from './room.css?url'

const sheets = new Map<string, Promise<void>>()

/** Adds a style sheet once; one that did not come is asked for again. */
function add(href: string): Promise<void> {
  const before = sheets.get(href)
  if (before) return before
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = href
  const coming = new Promise<void>((resolve, reject) => {
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      sheets.delete(href)
      reject(new Error(`Failed to fetch style sheet: ${href}`))
    }
  })
  sheets.set(href, coming)
  document.head.append(link)
  return coming
}

/** Loads a part together with all classes. */
export const full =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> =>
    (await Promise.all([load(), add(fullSheet)]))[0]

/** Loads the room with its own classes; where its panel stands beside it, with all. */
export const ofRoom =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> =>
    (await Promise.all([load(), add(sheets.has(fullSheet) || matchMedia('(width >= 64rem)').matches ? fullSheet : roomSheet)]))[0]
