import { useTranslation } from 'react-i18next'
import type { PathwayDefinition } from '../../../contract/pathway.ts'
import { reasonsOf } from '../../../contract/stop-rule.ts'
import type { Condition } from '../../../contract/questionnaire.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { differences, type FieldChange } from './difference.ts'
import { useStepWords } from './useStepWords.ts'
import { useStopWords } from './useStopWords.ts'

const tones = { added: 'success', removed: 'danger', changed: 'info' } as const

/** What two versions of a pathway differ in, in words. */
export function DifferenceList({ before, after }: { before: PathwayDefinition; after: PathwayDefinition }) {
  const { t } = useTranslation()
  const all = differences(before, after)
  const of = { before: useFieldWords(before), after: useFieldWords(after) }
  const fields = (changes: FieldChange[]) => (
    <ul className="plain-list">
      {changes.map(({ field, ...change }) => (
        <li key={field}>
          {of.after.name(field)}: <del className="secondary">{of.before.value(field, change.before)}</del> →{' '}
          <ins>{of.after.value(field, change.after)}</ins>
        </li>
      ))}
    </ul>
  )
  if (all.length === 0) return <p className="secondary">{t('editor.noDifference')}</p>
  return (
    <ul className="plain-list difference-list">
      {all.map((one) =>
        one.is === 'pathway' ? (
          <li key="pathway">
            <strong>{t('editor.wholePathway')}</strong>
            {fields(one.fields)}
          </li>
        ) : (
          <li key={`${one.is}-${one.step.key}`}>
            <StatusTag tone={tones[one.is]}>{t(`editor.difference.${one.is}`)}</StatusTag>{' '}
            <strong>{one.step.title || t(`pathways.kind.${one.step.kind}`)}</strong>
            {one.is === 'changed' ? (
              fields(one.fields)
            ) : (
              <div className="secondary small">
                {(one.is === 'added' ? of.after : of.before).words.parts(one.step)}
              </div>
            )}
          </li>
        ),
      )}
    </ul>
  )
}

const coded = { task: 'taskKind', priority: 'priority', purpose: 'purpose', channel: 'channel' } as const

/** Names and values of the fields of a pathway and its steps, by the words of that version. */
function useFieldWords(definition: PathwayDefinition) {
  const { t, i18n } = useTranslation()
  const code = useCode()
  const words = useStepWords(definition)
  const stopWords = useStopWords()
  const title = (key: unknown) =>
    key === null
      ? t('pathways.end')
      : (definition.steps.find((step) => step.key === key)?.title ?? (typeof key === 'string' ? key : ''))
  const name = (field: string) => {
    const key = `editor.field.${field}`
    return i18n.exists(key) ? t(key as 'editor.field.title') : field
  }
  const value = (field: string, of: unknown): string => {
    if (of === undefined || of === '') return t('editor.nothing')
    const text = typeof of === 'string' ? of : JSON.stringify(of)
    if (field === 'next' || field === 'otherwise' || field === 'start') return title(of)
    if (field === 'when') return words.inWords(of as Condition)
    if (field === 'for' || field === 'dueIn') return words.span(of as Parameters<typeof words.span>[0])
    if (field === 'at') return words.hours(of as Parameters<typeof words.hours>[0]).join(' · ')
    if (field === 'version') return t('pathways.words.version', { n: Number(of) })
    if (field === 'questionnaire') return words.questionnaire(text)
    if (field === 'since' || field === 'dueSince')
      return text.startsWith('subject.')
        ? words.timeName(text)
        : t(of === 'entry' ? 'editor.sinceEntry' : 'editor.sinceHere')
    if (field === 'waitFor') return t(of === 'result' ? 'common.yes' : 'common.no')
    if (field === 'assignee') return t(`pathways.assignee.${of as 'nurse'}`)
    if (field in coded) return code(coded[field as keyof typeof coded], text)
    if (field === 'stopOn')
      return reasonsOf(of as PathwayDefinition['stopOn'])
        .map(stopWords)
        .join(t('questionnaires.condition.comma'))
    if (field === 'variables')
      return Object.keys(of as object)
        .map((one) => {
          const { name: rule, value: now } = words.variable(one)
          return `${rule} ${now ?? ''}`
        })
        .join(t('questionnaires.condition.comma'))
    if (field === 'entry') return words.entry(of as PathwayDefinition['entry']).join(' · ')
    if (field === 'before') return t('common.yes')
    if (field === 'late') return t('pathways.words.late')
    return text
  }
  return { name, value, words }
}
