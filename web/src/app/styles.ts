/*
 * Which classes come when. full.css has all; room.css those that the room needs as it opens on a phone. Of two sheets the later one
 * wins, and room.css lacks what would win over it: it is never loaded after full.css.
 */
let all: Promise<unknown> | undefined

function everything(): Promise<unknown> {
  all ??= import('./full').catch((thrown: unknown) => {
    all = undefined
    throw thrown
  })
  return all
}

/** Loads a part together with all classes. */
export const full =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> =>
    (await Promise.all([load(), everything()]))[0]

/** Loads the room with its own classes; where its panel stands beside it, with all. */
export const ofRoom =
  <T>(load: () => Promise<T>) =>
  async (): Promise<T> =>
    (await Promise.all([load(), all ?? (matchMedia('(width >= 64rem)').matches ? everything() : import('./room'))]))[0]
