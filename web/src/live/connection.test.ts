import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Command } from './frames'
import { times } from './ports'
import type { Source } from './stream'
import { pass, position, room, setup } from './testing'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a server whose replicas do not hear each other', () => {
  it('is told until it says otherwise, or another connection begins', async () => {
    const world = setup()
    await world.begin()
    expect(world.states.at(-1)).toEqual({ kind: 'online' })
    world.server.last.say({ late: true })
    expect(world.states.at(-1)).toEqual({ kind: 'online', late: true })
    world.server.last.say({ late: false })
    expect(world.states.at(-1)).toEqual({ kind: 'online', late: false })
    world.server.last.say({ late: true })
    world.server.last.cut()
    await pass(2000)
    expect(world.states.at(-1)).toEqual({ kind: 'online' })
  })
})

describe('a browser that says it is offline while the socket is open', () => {
  it('keeps what is said meanwhile, to be taken back or to go out when the network is back', async () => {
    const world = setup()
    await world.begin()
    world.connection.sleep()
    expect(world.state()).toBe('offline')
    const { id } = world.connection.send('c1', { type: 'post_message', text: '一' } as Command)
    world.connection.send('c1', { type: 'post_message', text: '二' } as Command)
    expect(world.pending().map(({ tried }) => tried)).toEqual([undefined, undefined])
    expect(world.connection.outbox.takeBack(id)).toBe(true)
    world.connection.wake()
    await pass(50)
    expect([world.state(), world.server.all.length, world.server.receipts.size]).toEqual(['online', 2, 1])
  })

  it('is not believed once the socket speaks', async () => {
    const world = setup()
    await world.begin()
    world.server.last.say({ late: true })
    world.connection.sleep()
    world.connection.send('c1', { type: 'post_message', text: '一' } as Command)
    expect(world.server.receipts.size).toBe(0)
    world.server.last.say({ ping: true })
    expect(world.states.at(-1)).toEqual({ kind: 'online', late: true })
    expect([world.server.all.length, world.server.receipts.size]).toEqual([1, 1])
  })
})

describe('a channel', () => {
  it('delivers in order, once, also what comes twice', async () => {
    const world = setup()
    await world.begin()
    const event = world.server.publish()
    world.server.last.say({ channel: room, events: [event], position: position(1) })
    world.server.publish('offer_made')
    expect(world.seen.map(({ seq }) => seq)).toEqual([1, 2])
    expect(world.state()).toBe('online')
  })

  it('resumes after a break and tells what was missed', async () => {
    const world = setup()
    await world.begin()
    world.server.publish()
    world.server.last.cut()
    expect(world.state()).toBe('reconnecting')
    for (let i = 0; i < 3; i++) world.server.publish()
    world.server.publish('offer_made')
    world.server.publish('message_posted', 'me')
    await pass(2000)
    expect(world.state()).toBe('online')
    expect(world.seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(world.missed).toEqual([{ messages: 3, offers: 1 }])
    expect(world.refetches()).toBe(0)
  })

  it('fetches the snapshot again when the server cannot continue', async () => {
    const world = setup()
    await world.begin()
    world.server.publish()
    world.server.last.cut()
    world.server.publish()
    world.server.publish()
    world.server.keepsFrom = 2
    await pass(2000)
    expect(world.refetches()).toBe(1)
    world.server.publish()
    expect(world.seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })

  it('fetches the snapshot again when a gap shows', async () => {
    const world = setup()
    await world.begin()
    world.server.publish()
    world.server.drops = 1
    world.server.publish()
    world.server.publish()
    await pass(10)
    expect(world.refetches()).toBe(1)
    expect(world.seen.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('hands on who is in the rooms of a list', async () => {
    const world = setup()
    await world.begin()
    const reader = { page: vi.fn(), change: vi.fn(), people: vi.fn() }
    world.connection.follow('inbox', reader)
    const people = { c1: [{ side: 'enterprise', id: 'b', name: '小李', composing: true }] }
    world.server.last.onmessage?.({ data: JSON.stringify({ feed: 'inbox', people }) } as never)
    world.server.last.onmessage?.({ data: JSON.stringify({ feed: 'board', people: { c1: [] } }) } as never)
    expect(reader.people.mock.calls).toEqual([[people]])
    expect([reader.page.mock.calls, reader.change.mock.calls]).toEqual([[], []])
  })

  it('ends when the right to read it is gone', async () => {
    const world = setup()
    await world.begin()
    world.server.last.say({ ended: { channel: room, code: 'not_allowed' } })
    world.server.publish()
    expect(world.reader.ended).toHaveBeenCalledWith('not_allowed')
    expect(world.seen).toEqual([])
  })

  // Small generator with a seed, so that a failing history can be played again.
  const random = (seed: number) => () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }

  it.each(Array.from({ length: 200 }, (_, seed) => seed))('has the same log after any history (seed %i)', async (seed) => {
    const next = random(seed + 1)
    const world = setup({ random: next })
    await world.begin()
    for (let step = 0; step < 60; step++) {
      const dice = next()
      if (dice < 0.35) world.server.publish(next() < 0.2 ? 'offer_made' : 'message_posted')
      else if (dice < 0.5) world.connection.send('c1', { type: 'post_message', text: String(step) } as Command)
      else if (dice < 0.58) world.server.last.cut()
      else if (dice < 0.63) world.server.drops = 1 + Math.floor(next() * 3)
      else if (dice < 0.68) world.server.keepsFrom = Math.floor(next() * (world.server.log.length + 1))
      else if (dice < 0.73) world.server.socketsWork = next() < 0.5
      else if (dice < 0.78) world.server.httpWorks = next() < 0.5
      else if (dice < 0.83) world.server.answers = next() < 0.5
      else if (dice < 0.88) world.connection.wake()
      else await pass(Math.floor(next() * 20_000))
      expect(world.seen.map(({ seq }) => seq)).toEqual(world.seen.map((_, index) => index + 1))
    }
    world.server.socketsWork = world.server.httpWorks = world.server.answers = true
    world.server.drops = 0
    const pings = setInterval(() => world.server.last.say({ ping: true }), 25_000)
    await pass(120_000)
    world.server.publish()
    await pass(60_000)
    clearInterval(pings)
    expect(world.seen).toEqual(world.server.log)
    expect(world.pending()).toEqual([])
    expect(world.state()).toBe('online')
  })
})

describe('the connection', () => {
  it('closes when nothing was heard for 40 seconds, and comes back', async () => {
    const world = setup()
    await world.begin()
    const first = world.server.last
    await pass(30_000)
    first.say({ ping: true })
    expect(first.sent.at(-1)).toEqual({ pong: true })
    await pass(39_000)
    expect(world.server.last).toBe(first)
    await pass(3000)
    expect(world.server.last).not.toBe(first)
    expect(world.state()).toBe('online')
  })

  it('waits longer each time, at most 30 seconds, and starts anew after a stable minute', async () => {
    const world = setup({ random: () => 1 })
    world.server.httpWorks = false
    world.server.socketsWork = false
    await world.begin()
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const state = world.states.at(-1)! as { nextTry: number }
      waits.push(Math.round((state.nextTry - Date.now()) / 1000))
      await pass(state.nextTry - Date.now() + 25)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30])
    world.server.socketsWork = true
    await pass(31_000)
    const alive = setInterval(() => world.server.last.say({ ping: true }), 20_000)
    await pass(61_000)
    clearInterval(alive)
    world.server.last.cut()
    const state = world.states.at(-1)! as { nextTry: number }
    expect(state.nextTry - Date.now()).toBe(1000)
  })

  it('polls where sockets fail twice while HTTP works, and goes back', async () => {
    const world = setup()
    world.server.socketsWork = false
    await world.begin()
    await pass(2000)
    expect(world.state()).toBe('polling')
    world.server.publish()
    world.connection.send('c1', { type: 'post_message', text: '1' } as Command)
    world.connection.send('c1', { type: 'post_message', text: '2' } as Command)
    await pass(times.poll + 10)
    expect(world.seen).toEqual(world.server.log)
    expect(world.server.log).toHaveLength(3)
    expect(world.pending()).toEqual([])
    expect(world.missed).toEqual([])
    world.server.socketsWork = true
    await pass(31_000)
    expect(world.state()).toBe('online')
    world.server.publish()
    expect(world.seen).toEqual(world.server.log)
  })

  it('tells by HTTP how far was read while it polls, once, and the socket when it is back', async () => {
    const world = setup()
    world.server.socketsWork = false
    await world.begin()
    await pass(2000)
    world.connection.read(room, 2)
    world.connection.read(room, 3)
    expect(world.reads).toEqual([])
    world.server.httpWorks = false
    await pass(times.poll + 10)
    world.server.httpWorks = true
    await pass(60_000)
    expect(world.reads).toEqual([[room, 3]])
    world.server.socketsWork = true
    await pass(31_000)
    expect(world.server.last.sent).toContainEqual({ read: { channel: room, seq: 3 } })
    world.connection.read(room, 4)
    await pass(60_000)
    expect(world.reads).toEqual([[room, 3]])
  })

  it('takes a stream where there is one, and polls while it does not flow', async () => {
    const urls: string[] = []
    const source = { onopen: null, onmessage: null, onerror: null, readyState: 1, addEventListener: () => undefined, close: vi.fn() } as Source & { readyState: number }
    const world = setup({ stream: (url) => (urls.push(url), source) })
    world.server.socketsWork = false
    await world.begin()
    await pass(2000)
    expect(urls).toEqual(['/api/events?channel=c1%2Froom&since=0'])
    expect(world.states.at(-1)).toMatchObject({ kind: 'polling' })
    source.onopen?.({} as never)
    expect(world.states.at(-1)).toMatchObject({ kind: 'polling', streaming: true })
    source.onmessage?.({ data: JSON.stringify({ late: true }) } as never)
    expect(world.states.at(-1)).toMatchObject({ kind: 'polling', streaming: true, late: true })
    const event = world.server.publish()
    source.onmessage?.({ data: JSON.stringify({ channel: room, events: [event], position: position(1) }) } as never)
    expect(world.seen).toEqual(world.server.log)

    world.server.publish()
    await pass(times.poll + 10)
    expect(world.seen).toHaveLength(1)
    source.readyState = 0
    source.onerror?.({} as never)
    expect(world.states.at(-1)).toMatchObject({ kind: 'polling', streaming: false, late: false })
    await pass(times.poll + 10)
    expect(world.seen).toEqual(world.server.log)

    source.onopen?.({} as never)
    world.server.publish() // the stream flows and does not tell: it is found all the same
    await pass(times.poll * (times.pollStreamed + 1))
    expect(world.seen).toEqual(world.server.log)

    world.server.socketsWork = true
    await pass(31_000)
    expect(world.state()).toBe('online')
    expect(source.close).toHaveBeenCalled()
  })

  it('is honest when HTTP is gone too', async () => {
    const world = setup()
    world.server.socketsWork = false
    await world.begin()
    await pass(2000)
    world.server.httpWorks = false
    await pass(times.poll + 10)
    expect(world.state()).toBe('reconnecting')
  })

  it('does not come back when told so', async () => {
    const world = setup()
    await world.begin()
    world.server.last.cut(4500)
    await pass(120_000)
    expect(world.states.at(-1)).toEqual({ kind: 'ended', code: 'signed_out' })
    expect(world.server.all).toHaveLength(1)
  })

  it('comes back at once when somebody looks', async () => {
    const world = setup({ random: () => 1 })
    await world.begin()
    world.server.last.cut()
    world.connection.wake()
    await pass(25)
    expect(world.state()).toBe('online')
  })

  it('always says something first', async () => {
    const world = setup()
    world.connection.start('me')
    await pass(30)
    expect(world.server.last.sent).toEqual([{ pong: true }])
  })
})
