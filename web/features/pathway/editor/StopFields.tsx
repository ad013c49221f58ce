import { DeleteOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import {
  reasonsOf,
  type StandardStop,
  standardStopNames,
  type StopRule,
  stopsOn,
} from '../../../../contract/stop-rule.ts'
import { eventKinds } from '../../../../contract/timeline.ts'
import { useCode } from '../../../i18n/useCode.ts'
import { CheckField, PickField } from '../../../ui/fields.ts'
import { useStopWords } from '../useStopWords.ts'

const isStandard = (reason: string): reason is StandardStop =>
  standardStopNames.some((name) => name === reason)
/** What the loop itself makes ends nothing. */
const offered = eventKinds.filter((kind) => !/^(enrollment|task|message)[.]/.test(kind))

/** What ends a pathway: the usual reasons, and any other event. */
export function StopFields({
  rules,
  onChange,
}: {
  rules: StopRule[]
  onChange: (rules: StopRule[]) => void
}) {
  const { t } = useTranslation()
  const code = useCode()
  const stopWords = useStopWords()
  const reasons = reasonsOf(rules)
  const others = rules.filter(({ reason }) => !isStandard(reason))
  return (
    <fieldset className="field-set">
      <legend>{t('pathways.stopOn')}</legend>
      {standardStopNames.map((name) => (
        <CheckField
          key={name}
          label={stopWords(name)}
          checked={reasons.includes(name)}
          onChange={(on) =>
            onChange(on ? [...rules, ...stopsOn(name)] : rules.filter(({ reason }) => reason !== name))
          }
        />
      ))}
      {others.map((rule) => (
        <div key={`${rule.event} ${rule.reason}`} className="rule-line">
          <span>{stopWords(rule.reason)}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={t('editor.stopRemove', { event: code('eventKind', rule.event) })}
            onClick={() => onChange(rules.filter((one) => one !== rule))}
          >
            <DeleteOutlined aria-hidden />
          </button>
        </div>
      ))}
      <PickField
        label={t('editor.stopAdd')}
        value=""
        none={t('editor.choose')}
        options={offered
          .filter((kind) => !rules.some(({ event }) => event === kind))
          .map((value) => ({ value, text: code('eventKind', value) }))}
        onChange={(chosen) => {
          const event = offered.find((kind) => kind === chosen)
          if (event) onChange([...rules, { event, reason: event.replace('.', '-') }])
        }}
      />
      <p className="secondary small">{t('editor.stopHint')}</p>
    </fieldset>
  )
}
