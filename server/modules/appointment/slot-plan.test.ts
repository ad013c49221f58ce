import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bookingChannels } from '../../../contract/clinic-schedule.ts'
import { capacityOf, planSlots } from './slot-plan.ts'

const rules = fc
  .record({
    minutes: fc.integer({ min: 1, max: 600 }),
    slotMinutes: fc.integer({ min: 1, max: 120 }),
    places: fc.integer({ min: 1, max: 10 }),
    overbook: fc.integer({ min: 0, max: 10 }),
    shares: fc.array(fc.nat({ max: 100 }), { maxLength: 6 }),
  })
  .map(({ shares, ...one }) => {
    let left = capacityOf({ ...one, quotas: [] })
    const quotas = shares.flatMap((share, at) => {
      const places = Math.min(left, Math.floor((left * share) / 100))
      left -= places
      return places > 0 ? [{ channel: bookingChannels[at] ?? 'web', places, releaseHours: at }] : []
    })
    return { ...one, quotas }
  })

test('a session has room for as many as its time allows, never more at a time than its places, and each channel gets what it was promised', () => {
  fc.assert(
    fc.property(rules, (one) => {
      const slots = planSlots(one)
      const usual = slots.filter((slot) => !slot.overbooked)
      expect(usual).toHaveLength(capacityOf(one))
      expect(slots.length - usual.length).toBe(usual.length > 0 ? one.overbook : 0)
      expect(slots.map((slot) => slot.number)).toEqual(slots.map((_, at) => at + 1))
      for (const slot of slots) expect(slot.to).toBeLessThanOrEqual(one.minutes)
      for (const from of new Set(usual.map((slot) => slot.from)))
        expect(usual.filter((slot) => slot.from === from)).toHaveLength(one.places)
      for (const quota of one.quotas)
        expect(slots.filter((slot) => slot.channel === quota.channel)).toHaveLength(quota.places)
    }),
  )
})

test('the places of a channel lie spread over the session, not at its end', () => {
  const slots = planSlots({
    minutes: 120,
    slotMinutes: 10,
    places: 1,
    overbook: 2,
    quotas: [{ channel: 'web', places: 3, releaseHours: 24 }],
  })
  expect(slots.filter((one) => one.channel === 'web').map((one) => one.number)).toEqual([3, 7, 11])
  expect(slots.filter((one) => one.overbooked).map((one) => one.from)).toEqual([0, 60])
})
