import { writtenChannels } from '../../../../contract/message.ts'
import { useTranslation } from 'react-i18next'
import { type PathwayDefinition, stepAssignees } from '../../../../contract/pathway.ts'
import { listQuestionnaires } from '../../../../contract/questionnaire.ts'
import { listTemplates } from '../../../../contract/message-template.ts'
import { taskKind } from '../../../../contract/task.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { useCall } from '../../../query.ts'
import { may, useMe } from '../../../session.tsx'
import { useLocalized } from '../../task/localized.ts'
import { useSettingWords } from '../../setting/useSettingWords.ts'

/** Stand for themselves in a sentence that explains them. */
export const placeholders = {
  name: '{{name}}',
  hospital: '{{hospital}}',
  department: '{{department}}',
  condition: '{{condition}}',
}

/** What can be chosen in the fields of a step, in words. */
export function usePicks(definition: PathwayDefinition | null) {
  const { t } = useTranslation()
  const code = useCode()
  const localized = useLocalized()
  const setting = useSettingWords()
  const forms = useCall(listQuestionnaires)
  const me = useMe()
  const texts = useCall(listTemplates, { query: { published: true } }, { enabled: may(me, 'template.read') })
  const fromDischarge = definition?.entry.event === 'encounter.discharged'
  return {
    rules: Object.entries(definition?.variables ?? {}).map(([value, source]) => ({
      value,
      text: t('editor.byRule', { name: 'setting' in source ? setting.name(source.setting) : value }),
    })),
    sinces: [
      { value: 'here', text: t('editor.sinceHere') },
      { value: 'entry', text: t(fromDischarge ? 'editor.sinceDischarge' : 'editor.sinceEntry') },
      ...(['start', 'end'] as const).map((time) => ({
        value: `subject.${time}`,
        text: t('editor.sinceTime', { time: t(`pathways.time.${time}`) }),
      })),
    ],
    assignees: stepAssignees.map((value) => ({ value, text: t(`pathways.assignee.${value}`) })),
    priorities: (['routine', 'urgent', 'stat'] as const).map((value) => ({
      value,
      text: code('priority', value),
    })),
    taskKinds: taskKind.options
      // Red flags come from answers; a pathway that makes one all the same keeps it.
      .filter(
        (value) =>
          value !== 'red-flag' ||
          definition?.steps.some((step) => step.kind === 'task' && step.task === 'red-flag'),
      )
      .map((value) => ({ value, text: code('taskKind', value) })),
    channels: writtenChannels.map((value) => ({ value, text: code('channel', value) })),
    purposes: (['clinical', 'service', 'marketing'] as const).map((value) => ({
      value,
      text: code('purpose', value),
    })),
    /** Published templates for the purpose of a step, each code once, and the one that is chosen even where it does not exist any more. */
    templates: ({ purpose, template = '' }: { purpose: string; template?: string | undefined }) => {
      const fit = (texts.data?.items ?? []).filter(
        (one) => purpose !== 'marketing' || one.purpose === purpose,
      )
      const known = new Map(fit.map((one) => [one.code, one.name]))
      if (template && !known.has(template)) known.set(template, template)
      return [...known].map(([value, text]) => ({ value, text }))
    },
    /** Published questionnaires, and the one that is chosen even where it does not exist any more. */
    questionnaires: (chosen: string) => {
      const known = (forms.data?.items ?? []).map((one) => ({
        value: one.code,
        text: localized(one.title) || one.code,
      }))
      return chosen && forms.data && !known.some(({ value }) => value === chosen)
        ? [...known, { value: chosen, text: chosen }]
        : known
    },
  }
}
