import { expect, test } from 'vitest'
import { readLocation, viewSegments } from './segments.ts'

const message = [
  'MSH|^~\\&|HIS|东院|CARELOOP||20261121||ADT^A03|1',
  'PID|1||0001^^^MR||张*',
  'OBX|1|NM',
  'OBX|2|NM',
]
const markedOf = (location: string | null) =>
  viewSegments(message, location).flatMap((one) =>
    one.fields.filter((field) => field.marked).map((field) => `${one.name}-${field.number}=${field.text}`),
  )

test('a location names segment, occurrence and field', () => {
  expect(readLocation('PID-3')).toEqual({ segment: 'PID', occurrence: null, field: 3 })
  expect(readLocation('OBX[2]-5.1')).toEqual({ segment: 'OBX', occurrence: 2, field: 5 })
  expect(readLocation('MSH')).toEqual({ segment: 'MSH', occurrence: null, field: null })
  expect(readLocation(null)).toBeNull()
  expect(readLocation('somewhere')).toBeNull()
})

test('the offending field is marked', () => {
  expect(markedOf('PID-3')).toEqual(['PID-3=0001^^^MR'])
  expect(markedOf('OBX[2]-1')).toEqual(['OBX-1=2'])
  expect(markedOf(null)).toEqual([])
})

test('fields of MSH are counted with the separator as the first', () => {
  expect(markedOf('MSH-9')).toEqual(['MSH-9=ADT^A03'])
})

test('a field that was never sent shows its empty place', () => {
  expect(markedOf('PID-8')).toEqual(['PID-8='])
})

test('a whole segment can be the fault', () => {
  const views = viewSegments(message, 'PID')
  expect(views.map((one) => one.marked)).toEqual([false, true, false, false])
})
