import { Button } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Outcome } from '../../../contract/task.ts'
import { toLocalInput } from '../../format/time.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShortcut } from '../../ui/useShortcut.ts'
import { outcomeKeys, plainKeys } from './outcomes.ts'

const channels = ['phone', 'visit', 'video', 'wechat', 'sms', 'letter', 'other'] as const

export type Result = {
  outcome: Outcome | null
  note: string
  /** Local time as an input writes it; empty when none is chosen. */
  callBackAt: string
  optOut: boolean
  channel: (typeof channels)[number]
}

type OutcomeBarProps = {
  result: Result
  outcome: Outcome | null
  /** Whether the task is a contact with a person; else the outcome is only done or not done. */
  contact: boolean
  busy: boolean
  onChange: (patch: Partial<Result>) => void
  onFinish: (goOn: boolean) => void
}

function at(days: number, hour: number): Date {
  const time = new Date()
  time.setDate(time.getDate() + days)
  time.setHours(hour, 0, 0, 0)
  return time
}

function callBackChoices(now = new Date()) {
  return [
    { word: 'hour' as const, time: new Date(now.getTime() + 3_600_000) },
    ...(now.getHours() < 16 ? [{ word: 'afternoon' as const, time: at(0, 16) }] : []),
    { word: 'tomorrow' as const, time: at(1, 9) },
    { word: 'afterTomorrow' as const, time: at(2, 9) },
  ]
}

export function OutcomeBar({ result, outcome, contact, busy, onChange, onFinish }: OutcomeBarProps) {
  const { t } = useTranslation()
  const code = useCode()
  const id = useId()

  const choose = (next: Outcome) => {
    onChange({
      outcome: next,
      // Tomorrow morning is what people mostly agree on, so that a call-back needs no further key.
      ...(next === 'call-back' && !result.callBackAt ? { callBackAt: toLocalInput(at(1, 9)) } : {}),
    })
  }

  const heading = t(contact ? 'desk.outcome' : 'desk.workOutcome')
  useShortcut('Ctrl+Enter', () => onFinish(true))

  return (
    <section className="outcome-bar" aria-label={heading}>
      <div className="outcome-choices" role="group" aria-label={heading}>
        {(contact ? outcomeKeys : plainKeys).map(({ outcome: one, letter, tone }) => (
          <OutcomeButton
            key={one}
            letter={letter}
            className={`outcome tone-${tone}`}
            pressed={outcome === one}
            words={code(contact ? 'outcome' : 'workOutcome', one)}
            onChoose={() => choose(one)}
          />
        ))}
      </div>
      {outcome === 'call-back' && (
        <div className="outcome-extra">
          <label htmlFor={`${id}-call-back`}>{t('desk.callBackAt')}</label>
          <input
            id={`${id}-call-back`}
            className="field-input"
            type="datetime-local"
            data-call-back
            value={result.callBackAt}
            min={toLocalInput(new Date())}
            onChange={(event) => onChange({ callBackAt: event.target.value })}
          />
          {callBackChoices().map((choice) => (
            <button
              key={choice.word}
              type="button"
              className="soft-button"
              onClick={() => onChange({ callBackAt: toLocalInput(choice.time) })}
            >
              {t(`desk.callBack.${choice.word}`)}
            </button>
          ))}
        </div>
      )}
      {outcome === 'refused' && (
        <label className="check">
          <input
            type="checkbox"
            checked={result.optOut}
            onChange={(event) => onChange({ optOut: event.target.checked })}
          />
          {t('desk.optOut')}
        </label>
      )}
      <div className="outcome-line">
        <textarea
          className="field-input"
          rows={1}
          aria-label={t('desk.note')}
          placeholder={t('desk.notePlaceholder')}
          maxLength={2000}
          data-focus
          value={result.note}
          onChange={(event) => onChange({ note: event.target.value })}
        />
        {contact && (
          <select
            className="field-input"
            aria-label={t('desk.channel')}
            value={result.channel}
            onChange={(event) =>
              onChange({ channel: channels.find((channel) => channel === event.target.value) ?? 'phone' })
            }
          >
            {channels.map((channel) => (
              <option key={channel} value={channel}>
                {code('channel', channel)}
              </option>
            ))}
          </select>
        )}
        <Button size="large" disabled={busy} onClick={() => onFinish(false)}>
          {t('desk.saveOnly')}
        </Button>
        <Button size="large" type="primary" loading={busy} onClick={() => onFinish(true)} title="Ctrl+Enter">
          {t('desk.saveNext')} <span className="key-hint">Ctrl ↵</span>
        </Button>
      </div>
    </section>
  )
}

function OutcomeButton(props: {
  letter: string
  className: string
  pressed: boolean
  words: string
  onChoose: () => void
}) {
  useShortcut(props.letter, props.onChoose)
  useShortcut(`Alt+${props.letter}`, props.onChoose)
  return (
    <button
      type="button"
      className={props.className}
      aria-pressed={props.pressed}
      aria-keyshortcuts={`${props.letter} Alt+${props.letter}`}
      onClick={props.onChoose}
    >
      <kbd>{props.letter}</kbd>
      {props.words}
    </button>
  )
}
