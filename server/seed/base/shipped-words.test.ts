import { expect, test } from 'vitest'
import { shipped as en } from '../../../web/i18n/en/shipped.ts'
import { basePathways } from './pathways.ts'
import { diseaseGuidance, shippedTemplates } from './templates/templates.ts'

test('every name and title that is shipped can be said in the reader’s language', () => {
  const texts = [
    ...[...basePathways, ...shippedTemplates].flatMap(({ name, definition }) => [
      name,
      ...definition.steps.map((step) => step.title),
    ]),
    ...diseaseGuidance.map(({ title }) => title),
  ]
  expect(texts.length).toBeGreaterThan(100)
  const said = (text: string) => text in en || text.replace(/\d+/, '{{n}}') in en
  expect(texts.filter((text) => !said(text))).toEqual([])
  expect(Object.values(en).filter((text) => /\p{Script=Han}/u.test(text))).toEqual([])
})
