import { afterEach, expect, it, vi } from 'vitest'

vi.mock('./full.css?url', () => ({ default: '/full.css' }))
vi.mock('./room.css?url', () => ({ default: '/room.css' }))

/** Style sheets that were asked for, in order; each comes or fails as told. */
async function setup(...comes: boolean[]) {
  vi.resetModules()
  const asked: string[] = []
  vi.spyOn(document.head, 'append').mockImplementation((link) => {
    const { href, onload, onerror } = link as HTMLLinkElement
    asked.push(/(\w+)\.css/.exec(href)![1]!)
    queueMicrotask(() => (comes.shift() ? onload! : onerror!).call(link as HTMLLinkElement, new Event('')))
  })
  return { ...(await import('./styles')), asked }
}
const wide = (matches: boolean) => vi.stubGlobal('matchMedia', () => ({ matches }))
const part = () => Promise.resolve('part')
afterEach(() => vi.unstubAllGlobals())

it('loads a sheet once', async () => {
  const { full, asked } = await setup(true)
  expect([await full(part)(), await full(part)(), asked]).toEqual(['part', 'part', ['full']])
})

it('asks again for a sheet that did not come', async () => {
  const { full, asked } = await setup(false, true)
  await expect(full(part)()).rejects.toThrow('style sheet')
  expect([await full(part)(), asked]).toEqual(['part', ['full', 'full']])
})

it('gives the room its own sheet, but none after the full one, which would lose to it', async () => {
  wide(false)
  const { full, ofRoom, asked } = await setup(true, true)
  await ofRoom(part)()
  await full(part)()
  await ofRoom(part)()
  expect(asked).toEqual(['room', 'full'])
})

it('gives the room all classes where its panel stands beside it', async () => {
  wide(true)
  const { ofRoom, asked } = await setup(true)
  await ofRoom(part)()
  expect(asked).toEqual(['full'])
})
