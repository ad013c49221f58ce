import { Button } from 'antd'
import TextArea from 'antd/es/input/TextArea'
import { type KeyboardEvent, Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Outcome, type TaskDetail } from '../../../contract/task.ts'
import { foreseeOutcome } from '../../../contract/task-result.ts'
import { toLocalInput } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { CheckField } from '../../ui/field/CheckField.tsx'
import { DateField } from '../../ui/field/DateField.tsx'
import { useShortcut } from '../../ui/useShortcut.ts'
import { callBackTimes, isAllowed, usualCallBack } from './callBackTimes.ts'
import { useSeconds } from './CallBar.tsx'
import { Key, useKey } from './Key.tsx'
import { outcomeKeys, stopping } from './outcomes.ts'
import { SaveState } from './SaveState.tsx'
import { outcomeGroup } from './subject.ts'
import { TextCount } from './TextCount.tsx'
import type { Save } from './useAutosave.ts'
import type { Calling } from './useCalling.ts'

const SelectFilter = lazy(() =>
  import('../../ui/SelectFilter.tsx').then((part) => ({ default: part.SelectFilter })),
)

const channels = ['phone', 'visit', 'video', 'wechat', 'sms', 'letter', 'other'] as const

export type Result = {
  outcome: Outcome | null
  note: string
  /** Local time as an input writes it; empty when none is chosen. */
  callBackAt: string
  optOut: boolean
  channel: (typeof channels)[number]
}

/** As the contract has it. */
export const longestNote = 2000

type OutcomeBarProps = {
  task: TaskDetail
  result: Result
  outcome: Outcome | null
  busy: boolean
  save: Save
  calling: Calling
  onChange: (patch: Partial<Result>) => void
  onFinish: (goOn: boolean) => void
  onUp: () => void
}

export function OutcomeBar({
  task,
  result,
  outcome,
  busy,
  save,
  calling,
  onChange,
  onFinish,
  onUp,
}: OutcomeBarProps) {
  const { t } = useTranslation()
  const code = useCode()
  /** Whether the task is a contact with a person; else the outcome is only done or not done. */
  const contact = task.personId !== null
  const { callingHours } = task

  const choose = (next: Outcome) => {
    const usual = usualCallBack(callingHours)
    onChange({
      outcome: next,
      ...(next === 'call-back' && !result.callBackAt && usual ? { callBackAt: toLocalInput(usual) } : {}),
    })
  }
  const up = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' || event.target !== event.currentTarget) return
    event.preventDefault()
    onUp()
  }

  const heading = t(contact ? 'desk.outcome' : 'desk.workOutcome')
  useShortcut('Ctrl+Enter', () => onFinish(true))

  return (
    <section className="outcome-bar" aria-label={heading}>
      <div
        className="outcome-choices"
        role="group"
        aria-label={heading}
        tabIndex={-1}
        data-focus
        data-outcomes
        onKeyDown={up}
      >
        {outcomeKeys(task).map(({ outcome: one, letter, tone }) => (
          <OutcomeButton
            key={one}
            letter={letter}
            className={`outcome tone-${tone}`}
            pressed={outcome === one}
            words={code(outcomeGroup(task), one)}
            onChoose={() => choose(one)}
          />
        ))}
      </div>
      {outcome === 'call-back' && <CallBackLine task={task} at={result.callBackAt} onChange={onChange} />}
      {outcome === 'refused' && (
        <CheckField
          label={t('desk.optOut')}
          checked={result.optOut}
          onChange={(optOut) => onChange({ optOut })}
        />
      )}
      {stopping(outcome) && <WhatStops taskId={task.id} outcome={outcome} optOut={result.optOut} />}
      {outcome === 'done' && !task.answeredByPerson && ['phone', 'video'].includes(result.channel) && (
        <ShortCall began={calling.began?.at} least={task.shortCallSeconds} />
      )}
      <div className="outcome-line">
        <TextArea
          autoSize={{ minRows: 1, maxRows: 4 }}
          aria-label={t('desk.note')}
          placeholder={t('desk.notePlaceholder')}
          data-note
          value={result.note}
          {...(result.note.length > longestNote && { status: 'error' as const })}
          onChange={(event) => onChange({ note: event.target.value })}
        />
        {contact && <ChannelPick value={result.channel} onChange={(channel) => onChange({ channel })} />}
        <Button size="large" disabled={busy} onClick={() => onFinish(false)}>
          {t('desk.saveOnly')}
        </Button>
        <Button size="large" type="primary" loading={busy} onClick={() => onFinish(true)} title="Ctrl+Enter">
          {t('desk.saveNext')} <span className="key-hint">Ctrl ↵</span>
        </Button>
      </div>
      <div className="outcome-foot">
        <TextCount text={result.note} of={longestNote} />
        <SaveState save={save} />
      </div>
    </section>
  )
}

/** Nearly always as proposed, so that the list of the others is loaded when asked for. */
function ChannelPick({
  value,
  onChange,
}: {
  value: Result['channel']
  onChange: (channel: Result['channel']) => void
}) {
  const { t } = useTranslation()
  const code = useCode()
  const [open, setOpen] = useState(false)
  const shown = (
    <Button
      className="channel-pick"
      aria-label={`${t('desk.channel')} ${code('channel', value)}`}
      onClick={() => setOpen(true)}
    >
      {code('channel', value)}
    </Button>
  )
  if (!open) return shown
  return (
    <Suspense fallback={shown}>
      <SelectFilter
        label={t('desk.channel')}
        value={value}
        options={channels.map((one) => ({ value: one, text: code('channel', one) }))}
        onChange={(next) => onChange(channels.find((one) => one === next) ?? 'phone')}
      />
    </Suspense>
  )
}

function CallBackLine(props: {
  task: TaskDetail
  at: string
  onChange: (patch: { callBackAt: string }) => void
}) {
  const { task, at, onChange } = props
  const { t } = useTranslation()
  const time = useTime()
  const set = (callBackAt: string) => onChange({ callBackAt })
  const outside = at !== '' && task.callingHours.length > 0 && isOutside(task, new Date(at))
  return (
    <div className="outcome-extra">
      <DateField
        label={t('desk.callBackAt')}
        time
        id="call-back-at"
        value={at}
        onChange={set}
        {...(outside && { hint: t('desk.outsideHours') })}
      />
      {callBackTimes(task.callingHours).map((choice) => (
        <Button
          key={choice.word}
          aria-pressed={at === toLocalInput(choice.time)}
          onClick={() => set(toLocalInput(choice.time))}
        >
          {choice.word === 'hour'
            ? t('desk.callBack.hour')
            : t(`desk.callBack.${choice.word}`, { time: time.moment(choice.time) })}
        </Button>
      ))}
    </div>
  )
}

/** Beyond the days that are known nothing is said. */
const isOutside = ({ callingHours }: TaskDetail, at: Date): boolean =>
  !isAllowed(callingHours, at) && at < new Date(callingHours.at(-1)?.to ?? 0)

/** Before it is recorded: what ends with this outcome, as the server knows it. */
function WhatStops({
  taskId,
  outcome,
  optOut,
}: {
  taskId: number
  outcome: 'refused' | 'deceased'
  optOut: boolean
}) {
  const { t } = useTranslation()
  const { data } = useCall(
    foreseeOutcome,
    { params: { id: taskId }, query: { outcome, optOut } },
    { staleTime: 0 },
  )
  if (!data) return null
  const parts = [
    data.pathways.length > 0 && t('desk.stops.pathways', { names: data.pathways.join('、') }),
    data.tasks > 0 && t('desk.stops.tasks', { n: data.tasks }),
    data.messages > 0 && t('desk.stops.messages', { n: data.messages }),
    outcome === 'deceased' && t('desk.stops.deceased'),
    outcome === 'refused' && optOut && t('desk.stops.optOut'),
  ].filter(Boolean)
  return (
    <p className="what-stops" role="status">
      {parts.length > 0
        ? t('desk.stops.will', { what: parts.join(t('desk.stops.and')) })
        : t('desk.stops.nothing')}
    </p>
  )
}

/** Said before it is judged: nobody can have been asked in so little time. */
function ShortCall({ began, least }: { began: number | undefined; least: number }) {
  const { t } = useTranslation()
  const seconds = useSeconds(began)
  if (seconds !== null && seconds >= least) return null
  return (
    <p className="secondary small short-call" role="note">
      {seconds === null ? t('desk.notTimed') : t('desk.shortCall', { n: seconds, least })}
    </p>
  )
}

function OutcomeButton(props: {
  letter: string
  className: string
  pressed: boolean
  words: string
  onChoose: () => void
}) {
  useKey(props.letter, props.onChoose)
  return (
    <button
      type="button"
      className={props.className}
      aria-pressed={props.pressed}
      aria-keyshortcuts={`${props.letter} Alt+${props.letter}`}
      onClick={props.onChoose}
    >
      <Key letter={props.letter} />
      {props.words}
    </button>
  )
}
