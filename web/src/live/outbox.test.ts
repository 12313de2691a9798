import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Command } from './frames'
import { times } from './ports'
import { Memory, pass, position, room, setup } from './testing'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the outbox', () => {
  it('shows sending until the event can be read', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    const { id } = world.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    expect(world.pending().map(({ state }) => state)).toEqual(['sending'])
    world.server.last.say({ ack: id, positions: { [room]: position(1) } })
    expect(world.pending().map(({ state }) => state)).toEqual(['sent'])
    world.server.publish('message_posted', 'me')
    expect(world.pending()).toEqual([])
  })

  it('sends again after a cut, and once is enough', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    world.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    world.server.accept(world.pending()[0]!.id, { type: 'post_message' } as Command)
    world.server.last.cut()
    world.server.answers = true
    await pass(3000)
    expect(world.server.log).toHaveLength(1)
    expect(world.seen).toEqual(world.server.log)
    expect(world.pending()).toEqual([])
  })

  it('says it again when nobody answers', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    world.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    world.server.answers = true
    await pass(times.ack + 10)
    expect(world.server.log).toHaveLength(1)
    expect(world.pending()).toEqual([])
  })

  it('survives a reload', async () => {
    const store = new Memory()
    const before = setup({ store })
    await before.begin()
    before.server.answers = false
    before.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    before.connection.stop(false)

    const after = setup({ store })
    await after.begin()
    expect(after.server.log).toHaveLength(1)
    expect(store.length).toBe(0)
  })

  it('keeps what was not sent for the same account only', async () => {
    const world = setup({ store: new Memory() })
    world.connection.start('me')
    world.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    world.connection.stop(false)
    expect(world.pending()).toEqual([])
    world.connection.start('somebody else')
    expect(world.pending()).toEqual([])
    world.connection.stop(false)
    world.connection.start('me')
    expect(world.pending()).toHaveLength(1)
  })

  it('asks before it sends what is old', async () => {
    const store = new Memory()
    const before = setup({ store })
    before.connection.start('me')
    before.connection.send('c1', { type: 'accept_offer' } as Command)
    before.connection.stop(false)
    await pass(16 * 60_000)

    const after = setup({ store })
    await after.begin()
    expect(after.server.log).toHaveLength(0)
    expect(after.pending()[0]).toMatchObject({ state: 'failed', problem: { code: 'not_sent' } })
    after.connection.retry(after.pending()[0]!.id)
    await pass(10)
    expect(after.server.log).toHaveLength(1)
  })

  it('keeps what was refused, with the reason, and can send it again', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    const { id, done } = world.connection.send('c1', { type: 'accept_offer' } as Command)
    world.server.last.say({ error: id, code: 'stale_digest', field: 'digest' })
    await expect(done).rejects.toMatchObject({ code: 'stale_digest' })
    expect(world.pending()[0]).toMatchObject({ state: 'failed', problem: { code: 'stale_digest', field: 'digest' } })
    world.server.answers = true
    world.connection.retry(id)
    await pass(10)
    expect(world.server.receipts.has(id)).toBe(true)
    expect(world.pending()).toEqual([])
  })

  it('tries by itself when the server could not save', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    const { id } = world.connection.send('c1', { type: 'post_message' } as Command)
    world.server.last.say({ error: id, code: 'unavailable' })
    expect(world.pending()[0]!.state).toBe('sending')
    world.server.answers = true
    await pass(2000)
    expect(world.server.log).toHaveLength(1)
  })

  it('asks for an event that its receipt promised and nobody brought', async () => {
    const world = setup()
    await world.begin()
    world.server.drops = 1
    world.connection.send('c1', { type: 'post_message', text: 'x' } as Command)
    expect(world.seen).toEqual([])
    await pass(5010)
    expect(world.seen).toEqual(world.server.log)
    expect(world.pending()).toEqual([])
  })

  it('leaves nothing behind on sign-out', async () => {
    const world = setup()
    await world.begin()
    world.server.answers = false
    world.connection.send('c1', { type: 'post_message', text: 'private' } as Command)
    expect(world.store.length).toBe(1)
    world.connection.stop(true)
    expect(world.store.length).toBe(0)
    expect(world.state()).toBe('idle')
  })

  it('takes back what has not left the device, and nothing else', async () => {
    const world = setup()
    await world.begin()
    world.server.socketsWork = world.server.httpWorks = false
    world.server.last.cut()
    const { id, done } = world.connection.send('c1', { type: 'make_offer' } as Command)
    expect(world.pending()[0]!.tried).toBeUndefined()
    expect(world.connection.outbox.takeBack(id)).toBe(true)
    await expect(done).rejects.toEqual({ code: 'taken_back' })
    expect(world.pending()).toEqual([])
    expect(world.store.length).toBe(0)

    world.server.socketsWork = world.server.httpWorks = true
    world.server.answers = false
    await pass(5000)
    const sent = world.connection.send('c1', { type: 'make_offer' } as Command)
    expect(world.pending()[0]!.tried).toBe(true)
    world.server.last.cut()
    expect(world.connection.outbox.takeBack(sent.id)).toBe(false)
    world.server.answers = true
    await pass(5000)
    expect(world.server.receipts.has(sent.id)).toBe(true)
    expect(world.server.receipts.has(id)).toBe(false)
  })

  it('does not send in one tab what was taken back in another', async () => {
    const store = new Memory()
    const [one, other] = [setup({ store }), setup({ store })]
    await one.begin()
    one.server.socketsWork = one.server.httpWorks = false
    one.server.last.cut()
    const { id } = one.connection.send('c1', { type: 'make_offer' } as Command)
    other.server.socketsWork = other.server.httpWorks = false
    await other.begin()
    expect(other.pending().map((item) => item.id)).toEqual([id])
    one.connection.outbox.takeBack(id)
    other.server.socketsWork = other.server.httpWorks = true
    await pass(30_000)
    expect(other.server.receipts.size).toBe(0)
    expect(other.pending()).toEqual([])
  })
})
