import { Link } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  type CaseDetail,
  makeDispute,
  pauseCase,
  reopenCase,
  reportCase,
  resumeCase,
} from '../../../contract/case.ts'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useDo } from '../../ui/useDo.ts'
import {
  AnswerDialog,
  ChangeDialog,
  CloseDialog,
  HandOverDialog,
  NoteDialog,
  RateDialog,
  TellDialog,
} from './CaseDialogs.tsx'
import { StartImprovementDialog } from './StartImprovementDialog.tsx'
import { caseRoutes as stale } from './stale.ts'

const dialogs = {
  answer: AnswerDialog,
  tell: TellDialog,
  close: CloseDialog,
  rate: RateDialog,
  note: NoteDialog,
  handOver: HandOverDialog,
  change: ChangeDialog,
  startImprovement: StartImprovementDialog,
}
type Dialogs = keyof typeof dialogs
const reasons = { pause: pauseCase, reopen: reopenCase, dispute: makeDispute }
type Reasons = keyof typeof reasons
const reasonWords = {
  pause: ['cases.pauseReason', 'cases.pausedNow'],
  reopen: ['cases.reopenReason', 'cases.reopened'],
  dispute: ['cases.disputeReason', 'cases.disputed'],
} as const

/** What comes next is the one big action; everything else stands beside it and in the menu. */
export function CaseActions({ one }: { one: CaseDetail }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState<Dialogs | Reasons | null>(null)
  const resume = useDo(resumeCase, { stale, done: t('cases.resumed') })
  const report = useDo(reportCase, { stale, done: t('cases.reportedNow') })
  const { work, settle, dispute } = one.abilities
  const tells = one.abilities.reach && one.toldAt === null
  const next: Dialogs | null =
    one.status === 'open' && work
      ? 'answer'
      : one.status === 'answered' && work && tells
        ? 'tell'
        : one.status === 'answered' && settle
          ? 'close'
          : null
  const paused = (one.clock?.pausedAt ?? null) !== null
  const reports = work && one.channel === '12320' && one.reportedAt === null
  const more: (Dialogs | Reasons)[] = [
    ...(work && one.status === 'answered' ? (['answer'] as const) : []),
    ...(work && one.status === 'answered' && next !== 'tell' ? (['tell'] as const) : []),
    ...(settle && next !== 'close' ? (['close'] as const) : []),
    ...(one.status !== 'open' ? (['rate'] as const) : []),
    ...(work ? (['handOver', 'change'] as const) : []),
    ...(work && !paused ? (['pause'] as const) : []),
    ...(dispute ? (['dispute'] as const) : []),
    ...(one.improvementId === null ? (['startImprovement'] as const) : []),
    ...(one.status === 'closed' ? (['reopen'] as const) : []),
  ]
  const wordOf = (what: Dialogs | Reasons) =>
    t(what === 'answer' && one.answer !== null ? 'cases.correct' : `cases.${what}`)
  const Shown = open !== null && open in dialogs ? dialogs[open as Dialogs] : null
  const asked = open !== null && open in reasons ? (open as Reasons) : null
  const close = () => setOpen(null)
  return (
    <>
      {one.improvementId !== null && (
        <Link to="/improvements/$id" params={{ id: String(one.improvementId) }}>
          {t('cases.openImprovement')}
        </Link>
      )}
      {reports && (
        <Button
          disabled={report.isPending}
          onClick={() => report.mutate({ params: { id: one.id }, body: {} })}
        >
          {t('cases.report')}
        </Button>
      )}
      {work && paused && (
        <Button
          disabled={resume.isPending}
          onClick={() => resume.mutate({ params: { id: one.id }, body: {} })}
        >
          {t('cases.resume')}
        </Button>
      )}
      {work && <Button onClick={() => setOpen('note')}>{t('cases.note')}</Button>}
      {more.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: more.map((what) => ({ key: what, label: wordOf(what) })),
            onClick: ({ key }) => setOpen(key as Dialogs | Reasons),
          }}
        >
          <Button>{t('frame.more')}</Button>
        </Dropdown>
      )}
      {next && (
        <Button type="primary" onClick={() => setOpen(next)}>
          {wordOf(next)}
        </Button>
      )}
      {Shown && <Shown one={one} onClose={close} />}
      {asked && (
        <ReasonDialog
          contract={reasons[asked]}
          params={{ id: one.id }}
          title={t(`cases.${asked}`)}
          okText={t(`cases.${asked}`)}
          label={t(reasonWords[asked][0])}
          {...(asked === 'dispute' && { hint: t('cases.disputeHint') })}
          {...(asked === 'pause' && {
            usual: [t('cases.usualPause.opinion'), t('cases.usualPause.papers'), t('cases.usualPause.asked')],
          })}
          done={t(reasonWords[asked][1])}
          stale={stale}
          onClose={close}
        />
      )}
    </>
  )
}
