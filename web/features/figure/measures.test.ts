import { expect, test } from 'vitest'
import type { FollowUpCounts } from '../../../contract/figure.ts'
import { changeOf, show, showWhole } from './measures.ts'

const none: FollowUpCounts = {
  discharged: 0,
  planned: 0,
  followed: 0,
  proven: 0,
  stated: 0,
  onTime: 0,
  reached: 0,
  unreached: 0,
  refused: 0,
  stopped: 0,
  open: 0,
  overdue: 0,
  pending: 0,
  due: 0,
  checked: 0,
  agreed: 0,
  disagreed: 0,
  spotCheck: null,
  coverage: null,
  provenCoverage: null,
  statedCoverage: null,
  timeliness: null,
  reach: null,
}
const points = (n: string) => `${n} points`

test('a rate changes by points, and up is welcome', () => {
  const change = changeOf({ ...none, coverage: 0.95 }, { ...none, coverage: 0.918 }, 'coverage', points)
  expect(change).toEqual({ text: '+3.2 points', direction: 'up', welcome: true })
})

test('more overdue is not welcome, more discharges is nothing to judge', () => {
  expect(changeOf({ ...none, overdue: 5 }, { ...none, overdue: 2 }, 'overdue', points)?.welcome).toBe(false)
  expect(
    changeOf({ ...none, discharged: 5 }, { ...none, discharged: 2 }, 'discharged', points)?.welcome,
  ).toBeNull()
})

test('a change too small to show is flat', () => {
  expect(changeOf({ ...none, reach: 0.9001 }, { ...none, reach: 0.9 }, 'reach', points)).toMatchObject({
    text: '0 points',
    direction: 'flat',
  })
})

test('a period without data is no period to compare with, not even for counts', () => {
  expect(changeOf({ ...none, overdue: 5 }, null, 'overdue', points)).toBeUndefined()
  expect(changeOf({ ...none, coverage: 1 }, none, 'coverage', points)).toBeUndefined()
  expect(show(none, 'coverage')).toBe('—')
})

test('a rate says how many of how many it is of', () => {
  const counts = { ...none, followed: 54, due: 60, coverage: 0.9, reached: 7, unreached: 3, reach: 0.7 }
  expect(showWhole(counts, 'coverage')).toBe('90% 54/60')
  expect(showWhole(counts, 'reach')).toBe('70% 7/10')
  expect(showWhole(counts, 'timeliness')).toBe('—')
  expect(showWhole({ ...none, overdue: 3 }, 'overdue')).toBe('3')
})
