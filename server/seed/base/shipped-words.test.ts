import { expect, test } from 'vitest'
import { shippedGuidance } from '../../../web/i18n/en/shipped-guidance.ts'
import { shippedTexts } from '../../../web/i18n/en/shipped-texts.ts'
import { shipped } from '../../../web/i18n/en/shipped.ts'
import { caseCategories, caseGuidance, caseMeasures } from './cases.ts'
import { basePathways } from './pathways.ts'
import { shippedQuestionnaires } from './seed.ts'
import { baseSegments } from './segments.ts'
import { diseaseGuidance, shippedTemplates } from './templates/templates.ts'

const en: Record<string, string> = { ...shipped, ...shippedTexts, ...shippedGuidance }

test('every name, text and red flag that is shipped can be said in the reader’s language, line by line', () => {
  const texts = [
    ...[...basePathways, ...shippedTemplates].flatMap(({ name, definition }) => [
      name,
      ...definition.steps.flatMap((step) => [
        step.title,
        ...(step.kind === 'task' ? [step.description ?? ''] : []),
        ...(step.kind === 'message' ? [step.subject, step.body] : []),
      ]),
    ]),
    ...baseSegments.map(({ name }) => name),
    ...[...diseaseGuidance, caseGuidance].flatMap(({ title, body }) => [title, body]),
    ...[...caseCategories, ...caseMeasures].map(({ name }) => name),
    ...shippedQuestionnaires.flatMap(({ items }) => items.map((one) => one.redFlag?.text['zh-CN'] ?? '')),
  ]
  expect(texts.length).toBeGreaterThan(100)
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  const said = (line: string) => line in en || line.replace(/\d+/, '{{n}}') in en
  expect(lines.filter((line) => !said(line))).toEqual([])
  expect(Object.values(en).filter((text) => /\p{Script=Han}/u.test(text.replace('(退订)', '')))).toEqual([])
})
