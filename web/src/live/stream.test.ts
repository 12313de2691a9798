import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FromServer } from './frames'
import { Stream, streamTimes, type Source } from './stream'

class FakeSource implements Source {
  onopen: Source['onopen'] = null
  onmessage: Source['onmessage'] = null
  onerror: Source['onerror'] = null
  readyState = 0
  closed = false
  private onClose: ((event: MessageEvent<string>) => void) | null = null
  constructor(readonly url: string) {}
  addEventListener = (_: 'close', listener: (event: MessageEvent<string>) => void) => void (this.onClose = listener)
  close() {
    this.closed = true
  }
  say(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) } as never)
  }
  bye(code: number) {
    this.onClose?.({ data: JSON.stringify({ code }) } as MessageEvent<string>)
  }
  open() {
    this.readyState = 1
    this.onopen?.({} as never)
  }
  lose(readyState: number) {
    this.readyState = readyState
    this.onerror?.({} as never)
  }
}

function setup() {
  const sources: FakeSource[] = []
  const frames: FromServer[] = []
  const ended: number[] = []
  const world = { visible: true }
  const stream = new Stream(
    { open: (url) => (sources.push(new FakeSource(url)), sources.at(-1)!), visible: () => world.visible },
    (frame) => frames.push(frame),
    () => undefined,
    (code) => ended.push(code),
  )
  return { stream, sources, frames, ended, world, last: () => sources.at(-1)! }
}

const channels = (...names: string[]) => names.map((name, index) => ({ name, position: index ? `${index}.0badcafe` : null }))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a stream', () => {
  it('asks for the last three channels from where they are, and hands frames on', () => {
    const { stream, frames, last } = setup()
    stream.follow(channels('a/room', 'b/room', 'b/desk', 'c/room'))
    expect(last().url).toBe('/api/events?channel=b%2Froom&channel=b%2Fdesk&channel=c%2Froom&since=1.0badcafe%2C2.0badcafe%2C3.0badcafe')
    expect(stream.tells('b/room')).toBe(false)
    last().open()
    expect(stream.tells('b/room')).toBe(true)
    expect(stream.tells('a/room')).toBe(false)
    last().say({ ping: true })
    expect(frames).toEqual([{ ping: true }])
  })

  it('goes on as it is for the same channels, and starts anew for others', () => {
    const { stream, sources } = setup()
    stream.follow(channels('a/room'))
    stream.follow(channels('a/room'))
    expect(sources).toHaveLength(1)
    stream.follow(channels('a/room', 'a/desk'))
    expect(sources).toHaveLength(2)
    expect(sources[0]!.closed).toBe(true)
    stream.follow([])
    expect(sources[1]!.closed).toBe(true)
  })

  it('ends while nobody looks', () => {
    const { stream, sources, world } = setup()
    stream.follow(channels('a/room'))
    world.visible = false
    stream.follow(channels('a/room'))
    expect(sources[0]!.closed).toBe(true)
    world.visible = true
    stream.follow(channels('a/room'))
    expect(sources).toHaveLength(2)
  })

  it('rests when the browser has given up, and waits when it has not', () => {
    const { stream, sources, last } = setup()
    stream.follow(channels('a/room'))
    last().open()
    last().lose(0)
    expect(stream.tells('a/room')).toBe(false)
    last().open()
    expect(stream.tells('a/room')).toBe(true)
    last().lose(2)
    stream.follow(channels('a/room'))
    expect(sources).toHaveLength(1)
    vi.advanceTimersByTime(streamTimes.again)
    stream.follow(channels('a/room'))
    expect(sources).toHaveLength(2)
  })

  it('says when it must not come back', () => {
    const { stream, ended, last } = setup()
    stream.follow(channels('a/room'))
    last().bye(4000)
    expect(ended).toEqual([])
    last().bye(4500)
    expect(ended).toEqual([4500])
    expect(last().closed).toBe(true)
  })

  it('leaves what is no frame to polling', () => {
    const { stream, last } = setup()
    stream.follow(channels('a/room'))
    last().open()
    last().onmessage?.({ data: '{' } as never)
    expect(stream.tells('a/room')).toBe(false)
  })
})
