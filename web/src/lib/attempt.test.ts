import { expect, it } from 'vitest'
import { useAttempt } from './attempt'
import { Problem, problemText } from './problem'

it('is busy while it lasts, tells what went wrong, and forgets it with the next attempt', async () => {
  const { busy, problem, attempt } = useAttempt()
  const offline = new Problem({ code: 'offline' })
  const failing = attempt(() => Promise.reject(offline))
  expect(busy.value).toBe(true)
  await failing
  expect(busy.value).toBe(false)
  expect(problem.value).toBe(problemText(offline))
  expect(problem.value).not.toBe('')
  let during = '?'
  await attempt(async () => void (during = problem.value))
  expect([during, problem.value, busy.value]).toEqual(['', '', false])
})

it('says a problem in words of its own where it is asked to', async () => {
  const told: string[] = []
  const { problem, attempt } = useAttempt((failed) => (told.push(failed.code), ''))
  await attempt(() => Promise.reject(new Problem({ code: 'case_code_required' })))
  expect([told, problem.value]).toEqual([['case_code_required'], ''])
})
