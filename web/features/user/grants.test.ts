import { expect, test } from 'vitest'
import { blankGrant, toGrants } from './grants.ts'

test('empty reach means everywhere, and doubles count once', () => {
  const nurse = { ...blankGrant, siteId: '1', departmentId: '4' }
  expect(toGrants([blankGrant, nurse, nurse])).toEqual([
    { role: 'nurse', siteId: null, departmentId: null },
    { role: 'nurse', siteId: 1, departmentId: 4 },
  ])
})
