import { CopyOutlined, PhoneOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dial as dialRoute, getMyLine } from '../../../contract/line.ts'
import type { TaskDetail } from '../../../contract/task.ts'
import { duration } from '../../format/number.ts'
import { grouped } from '../../format/phone.ts'
import { useDo } from '../../ui/useDo.ts'
import { useLine } from '../call/useLine.ts'
import { telHref } from '../../ui/telHref.ts'
import { Key, useKey } from './Key.tsx'
import { SexAndAge } from './SubjectLink.tsx'
import { subjectName } from './subject.ts'
import { type Calling, secondsSince } from './useCalling.ts'

type CallBarProps = { task: TaskDetail; calling: Calling; held: boolean; onShown: () => void }

/** On top of the work: who it is about, and while the task is held the number to dial and how long ago that was. */
export function CallBar({ task, calling, held, onShown }: CallBarProps) {
  const { t } = useTranslation()
  const { chosen, mayShow, show, dial, began } = calling
  const link = useRef<HTMLAnchorElement>(null)
  const number = chosen?.number
  const atTelephone = Boolean(useLine()?.data?.line)
  const dialling = useDo(dialRoute, { done: t('line.dialling'), stale: [getMyLine] })
  const rings = held && atTelephone && chosen?.masked
  useKey(
    'P',
    () => (rings ? calling.ring(dialling) : number ? link.current?.click() : show()),
    held && (Boolean(rings) || mayShow || Boolean(number)),
  )
  // The button that asked for it is gone with the answer.
  useEffect(() => {
    if (number && document.activeElement === document.body) onShown()
  }, [number, onShown])

  return (
    <header className="call-bar">
      <span className="call-who">
        <strong>{subjectName(task)}</strong>
        <SexAndAge task={task} />
      </span>
      {rings && (
        <>
          <span className="secondary small">{chosen.who}</span>
          <output className="call-number">{number ? grouped(number) : chosen.masked}</output>
          <Button
            className="call-dial"
            icon={<PhoneOutlined aria-hidden />}
            loading={dialling.isPending}
            aria-keyshortcuts="P Alt+P"
            onClick={() => calling.ring(dialling)}
          >
            <Key letter="P" /> {t('line.dialNow')}
          </Button>
          {began && <Timer {...began} />}
        </>
      )}
      {held && !rings && number && (
        <>
          <span className="secondary small">{chosen.who}</span>
          <output className="call-number">{grouped(number)}</output>
          <Copy text={number} />
          <Button
            ref={link}
            href={telHref(number)}
            className="call-dial"
            aria-keyshortcuts="P Alt+P"
            onClick={dial}
          >
            <PhoneOutlined aria-hidden /> <Key letter="P" /> {t('desk.call')}
          </Button>
          {began && <Timer {...began} />}
        </>
      )}
      {held && !rings && mayShow && !number && (
        <Button
          className="call-dial"
          icon={<PhoneOutlined aria-hidden />}
          loading={calling.showing}
          aria-keyshortcuts="P Alt+P"
          onClick={show}
        >
          <Key letter="P" /> {t('desk.revealPhone')}
        </Button>
      )}
      {held && task.card && calling.lines.length === 0 && (
        <span className="secondary">{t('desk.noPhone')}</span>
      )}
    </header>
  )
}

function Copy({ text }: { text: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => message.success(t('desk.copied')),
      () => message.warning(t('desk.notCopied')),
    )
  return (
    <Button
      size="small"
      icon={<CopyOutlined aria-hidden />}
      aria-label={t('desk.copy')}
      title={t('desk.copy')}
      // The keys go on working where one was.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => void copy()}
    />
  )
}

/** Renders every second for itself. @returns how long ago that was */
export function useSeconds(since: number | undefined): number | null {
  const [, tick] = useState(0)
  useEffect(() => {
    if (since === undefined) return
    const timer = setInterval(() => tick((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [since])
  return since === undefined ? null : secondsSince(since)
}

function Timer({ at, dialled }: { at: number; dialled: boolean }) {
  const { t } = useTranslation()
  const time = duration(useSeconds(at) ?? 0)
  const words = t(dialled ? 'desk.sinceDialled' : 'desk.sinceShown', { time })
  return (
    <span className="call-timer" role="timer" aria-label={words} title={words}>
      {time}
    </span>
  )
}
