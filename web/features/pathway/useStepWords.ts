import { useTranslation } from 'react-i18next'
import { guidanceLine } from '../../i18n/guidanceLine.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { listPathways, type PathwayDefinition, type PathwayStep } from '../../../contract/pathway.ts'
import { asksOf } from '../../../contract/pathway-fact.ts'
import { listQuestionnaires } from '../../../contract/questionnaire.ts'
import { listSettings } from '../../../contract/setting.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { useAskedWords } from './useAskedWords.ts'
import { useQuestionnaires } from './useQuestionnaires.ts'
import { useConditionWords } from '../questionnaire/useConditionWords.ts'
import { useLocalized } from '../task/localized.ts'
import { useSettingWords } from '../setting/useSettingWords.ts'

type Task = Extract<PathwayStep, { kind: 'task' }>
type Wait = Extract<PathwayStep, { kind: 'wait' }>
type Duration = Task['dueIn']

/** Steps, variables and conditions of a pathway in words, with the rule numbers that hold now. */
export function useStepWords(definition: PathwayDefinition) {
  const { t, i18n } = useTranslation()
  const shipped = useShipped(guidanceLine)
  const code = useCode()
  const me = useMe()
  const setting = useSettingWords()
  const settings = useCall(listSettings, {}, { enabled: may(me, 'setting.read') })
  const questionnaires = useCall(listQuestionnaires, {}, { enabled: may(me, 'questionnaire.read') })
  const localized = useLocalized()
  const runs = definition.steps.some((step) => step.kind === 'pathway')
  const pathways = useCall(listPathways, {}, { enabled: runs && may(me, 'pathway.read') })
  const questionnaire = (key: string) =>
    localized(questionnaires.data?.items.find((one) => one.code === key)?.title) || key
  const fromDischarge = definition.entry.event === 'encounter.discharged'

  const variable = (
    name: string,
  ): { name: string; value: string | null; number: number | null; key: string | null } => {
    const source = definition.variables[name]
    if (!source) return { name, value: null, number: null, key: null }
    if ('value' in source) return { name, value: String(source.value), number: source.value, key: null }
    const found = settings.data?.items.find((one) => one.key === source.setting)
    return {
      name: setting.name(source.setting),
      value: found ? setting.value(found, found.value) : null,
      number: typeof found?.value === 'number' ? found.value : null,
      key: source.setting,
    }
  }
  const askedWords = useAskedWords(useQuestionnaires(asksOf(definition.steps)?.questionnaires ?? []))
  const inWords = useConditionWords({
    fact: (name) => {
      const asked = askedWords.fact(name)
      if (asked) return asked
      const key = /^task\.(.+)\.outcome$/.exec(name)?.[1]
      if (key === undefined) return undefined
      return t('editor.resultOf', { title: definition.steps.find((step) => step.key === key)?.title || key })
    },
    value: askedWords.value,
    rate: (name) => {
      const { name: words, value } = variable(name)
      return value === null ? words : t('pathways.words.variable', { name: words, value })
    },
  })
  const span = ({ value, unit }: Duration): string => {
    if (typeof value === 'number') return t(`pathways.words.unit.${unit}`, { n: value })
    const { name, number } = variable(value.var)
    return t(`pathways.words.unit.${unit}`, { n: number ?? t('pathways.words.variableOnly', { name }) })
  }
  const hours = (at: Extract<PathwayStep, { kind: 'wait' }>['at']) =>
    at
      ? [
          t('pathways.words.hours', { from: at.from, to: at.to }),
          at.workingDaysOnly ? t('pathways.words.workingOnly') : '',
        ]
      : []
  const since = ({ since: from, before, for: length }: Wait) => {
    const words = { span: span(length), time: timeName(from) }
    if (from.startsWith('subject.'))
      return t(before ? 'pathways.words.beforeTime' : 'pathways.words.afterTime', words)
    if (from === 'here') return t('pathways.words.sinceHere', words)
    return t(fromDischarge ? 'pathways.words.sinceDischarge' : 'pathways.words.sinceEntry', words)
  }
  /** A time of the subject, such as its start. */
  const timeName = (from: string) => {
    const key = `pathways.time.${from.slice('subject.'.length)}`
    return i18n.exists(key) ? t(key as 'pathways.time.start') : from.slice('subject.'.length)
  }
  /** Who enters, by what and how soon again. */
  const entry = ({ event, calendar, when, maxAgeDays, again }: PathwayDefinition['entry']): string[] => [
    event !== null
      ? t('pathways.entryEvent', { event: code('eventKind', event) })
      : calendar
        ? t(`pathways.calendar.${calendar.on.every}`, {
            date: 'date' in calendar.on ? calendar.on.date : '',
            month: 'month' in calendar.on ? calendar.on.month : '',
            day: 'day' in calendar.on ? calendar.on.day : '',
            daysBefore: 'daysBefore' in calendar.on ? calendar.on.daysBefore : '',
            fact: 'fact' in calendar.on ? factName(calendar.on.fact) : '',
            hour: calendar.hour,
          })
        : t('pathways.entryByHand'),
    ...(when ? [t('pathways.entryWhen', { when: inWords(when) })] : []),
    ...(event !== null ? [t('pathways.entryAge', { n: maxAgeDays })] : []),
    ...(again ? [t('pathways.entryAgain', { n: again.afterDays })] : []),
  ]
  const factName = (name: string) =>
    t(`questionnaires.fact.${name.replaceAll('.', '_')}` as 'questionnaires.fact.person_sex')
  const due = (step: Task) =>
    t(
      step.dueSince === 'here'
        ? 'pathways.words.dueHere'
        : fromDischarge
          ? 'pathways.words.dueDischarge'
          : 'pathways.words.dueEntry',
      {
        span: span(step.dueIn),
      },
    )

  const assignee = (who: Task['assignee']) => {
    const key = `pathways.assignee.${who}`
    return i18n.exists(key) ? t(key as 'pathways.assignee.nurse') : who.replace(/^queue:/, '')
  }

  /** The settings of a step, most important first. */
  const parts = (step: PathwayStep): string[] => {
    switch (step.kind) {
      case 'wait':
        return [since(step), step.late === 'skip' ? t('pathways.words.late') : '', ...hours(step.at)]
      case 'branch':
        return [inWords(step.when)]
      case 'task':
        return [
          `${assignee(step.assignee)} · ${code('taskKind', step.task)}`,
          step.level ? t('pathways.words.level', { n: step.level }) : '',
          due(step),
          step.priority === 'routine' ? '' : code('priority', step.priority),
          step.questionnaire
            ? t('pathways.words.usesQuestionnaire', { code: questionnaire(step.questionnaire) })
            : '',
          step.waitFor === 'result' ? t('pathways.words.waitResult') : '',
        ]
      case 'message':
        return [
          code('channel', step.channel),
          code('purpose', step.purpose),
          step.template === undefined
            ? shipped(step.subject)
            : t('pathways.words.template', { code: step.template }),
        ]
      case 'questionnaire':
        return [
          assignee(step.assignee),
          t('pathways.words.usesQuestionnaire', { code: questionnaire(step.questionnaire) }),
          t('pathways.words.dueHere', { span: span(step.dueIn) }),
        ]
      case 'pathway': {
        const sub = pathways.data?.items.find((one) => one.code === step.pathway)
        const newer = step.version !== undefined && sub?.version ? sub.version > step.version : false
        return [
          shipped(sub?.name ?? step.pathway),
          step.version === undefined ? '' : t('pathways.words.version', { n: step.version }),
          newer ? t('pathways.words.newer', { n: sub?.version ?? 0 }) : '',
        ]
      }
      case 'act':
        return [step.act]
      case 'stop':
        return [step.reason]
    }
  }
  return {
    parts: (step: PathwayStep) => parts(step).filter(Boolean).join(' · '),
    variable,
    entry,
    timeName,
    inWords,
    span,
    hours,
    questionnaire,
  }
}
