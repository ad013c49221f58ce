import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { audit } from '../web/i18n/zh-CN/audit.ts'
import { eventFields } from '../web/i18n/zh-CN/event-fields.ts'

const root = path.resolve(import.meta.dirname, '..')
const sources = globSync('server/{modules,feeds,backup,cli}/**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(path.join(root, file), 'utf8'))

test('every act that the audit records has words', () => {
  const acts = sources.flatMap((text) =>
    [...text.matchAll(/action: '([a-z-]+(?:\.[a-z-]+)+)'/g)].map(([, act]) => act ?? ''),
  )
  expect(acts.length).toBeGreaterThan(100)
  expect(acts.filter((act) => !(act.replaceAll('.', '_') in audit.action))).toEqual([])
})

test('every field that the audit names has words', () => {
  const fields = sources
    .flatMap((text) => [...text.matchAll(/fields: \[([^\]]*)\]/g)].map(([, list]) => list ?? ''))
    .flatMap((list) => [...list.matchAll(/'([a-z-]+)'/g)].map(([, field]) => field ?? ''))
  expect(fields.length).toBeGreaterThan(50)
  expect(fields.filter((field) => !(field in eventFields))).toEqual([])
})
