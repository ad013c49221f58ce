import { expect, test } from 'vitest'
import { type CurrentUser, createUser } from '../../../contract/access.ts'
import { blankGrant, toGrants } from './grants.ts'

const me = { grants: [{ role: 'administrator', siteId: null }] } as CurrentUser

test('a new grant starts narrow: without a role, on one site, the administrator’s own where there is one', () => {
  const sites = [{ id: 3 }, { id: 7 }]
  expect(blankGrant(me, sites)).toEqual({ role: '', siteId: '3', departmentId: '' })
  const bound = { grants: [{ role: 'administrator', siteId: 7 }] } as CurrentUser
  expect(blankGrant(bound, sites).siteId).toBe('7')
  const { success } = createUser.body.safeParse({
    username: 'new',
    name: 'x',
    grants: toGrants([blankGrant(me, sites)]),
  })
  expect(success).toBe(false)
})

test('empty reach means everywhere, and doubles count once', () => {
  const everywhere = { role: 'nurse', siteId: '', departmentId: '' } as const
  const nurse = { ...everywhere, siteId: '1', departmentId: '4' }
  expect(toGrants([everywhere, nurse, nurse])).toEqual([
    { role: 'nurse', siteId: null, departmentId: null },
    { role: 'nurse', siteId: 1, departmentId: 4 },
  ])
})
