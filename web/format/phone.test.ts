import { expect, test } from 'vitest'
import { grouped } from './phone.ts'

test('a mobile number is grouped as one reads it aloud, any other stays as it is', () => {
  expect(['15353365854', '+8615353365854', '0574-87654321转12', '+886912345678'].map(grouped)).toEqual([
    '153 5336 5854',
    '+86 153 5336 5854',
    '0574-87654321转12',
    '+886912345678',
  ])
})
