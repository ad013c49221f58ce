import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInstance } from 'i18next'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

test('texts with placeholders are filled in by the one renderer (contract/template.ts)', () => {
  const sources = globSync('{contract,server,web}/**/*.{ts,tsx}', { cwd: root }).filter(
    (file) => !/\.test\.tsx?$|[/\\]migrations[/\\]/.test(file),
  )
  expect(sources.length).toBeGreaterThan(500)
  // A pattern for braces, or a replacement of something in braces. `useShipped` puts a number of its own back.
  const own = /\\\{\\\{|replace(?:All)?\(\s*['"`]\{\{/
  const others = sources.filter((file) => own.test(readFileSync(path.join(root, file), 'utf8')))
  expect(others.sort()).toEqual(['contract/template.ts', 'web/i18n/useShipped.ts'])
})

test('an error is logged itself, never by its text, which quotes what it was given', () => {
  const byText = globSync('server/**/*.ts', { cwd: root }).filter((file) =>
    /\blog\.\w+\(\s*\{[^}]*\.message\b/.test(readFileSync(path.join(root, file), 'utf8')),
  )
  expect(byText).toEqual([])
})

test('words of the screen neither fill in nor look up what stands in a value', async () => {
  const screen = createInstance()
  const words = { to: 'To {{name}} of {{hospital}}', secret: 'secret' }
  // As `web/i18n/start.ts` sets it up; React escapes.
  await screen.init({
    lng: 'en',
    resources: { en: { translation: words } },
    interpolation: { escapeValue: false },
  })
  for (const name of ['{{hospital}}', '$t(secret)', '{{__proto__}}', "$&$'"])
    expect(screen.t('to', { name, hospital: 'NH' })).toBe(`To ${name} of NH`)
})
