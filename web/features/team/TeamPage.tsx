import './team.css'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getTeam, type Member, setGoal } from '../../../contract/team.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useCall } from '../../query.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { type Column, ListPage, column } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { AbsenceDialog } from './AbsenceDialog.tsx'
import { AbsenceList } from './AbsenceList.tsx'
import { HandOverDialog } from './HandOverDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { NumberField } from '../../ui/fields.ts'

type Open = { what: 'hand-over' | 'absence' | 'goal'; member: Member } | null

/** What each member has to do today, and how work goes from one to another. */
export default function TeamPage() {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [filters] = useFilters()
  const [open, setOpen] = useState<Open>(null)
  const asked = Number(first(filters['departmentId'])) || undefined
  const team = useCall(
    getTeam,
    { query: asked ? { departmentId: asked } : {} },
    { refetchInterval: 60_000, placeholderData: (previous) => previous },
  )
  const data = team.data
  const columns: Column<Member>[] = [
    column('name', t('team.member'), (one) => (
      <>
        {one.name} <span className="secondary small">{one.title ?? code('role', one.role)}</span>
        {one.absent && (
          <>
            {' '}
            <StatusTag tone="warning">
              {t('team.absentUntil', { time: time.day(one.absent.until), name: one.absent.coverName })}
            </StatusTag>
          </>
        )}
        {one.covering > 0 && (
          <>
            {' '}
            <StatusTag tone="info">{t('team.covering', { n: one.covering })}</StatusTag>
          </>
        )}
      </>
    )),
    column('today', t('team.today'), (one) => (
      <span className="team-progress">
        <span>{t('team.progress', { done: one.doneToday, goal: one.goal })}</span>
        <progress
          aria-label={`${one.name} ${t('desk.todayLabel')}`}
          value={Math.min(one.doneToday, one.goal)}
          max={one.goal}
        />
      </span>
    )),
    column('open', t('team.open'), { align: 'right' }, (one) => one.open),
    column('overdue', t('team.overdue'), { align: 'right' }, (one) =>
      one.overdue > 0 ? <StatusTag tone="danger">{String(one.overdue)}</StatusTag> : one.overdue,
    ),
    column('waiting', t('team.waiting'), { align: 'right', wideOnly: true }, (one) => one.waiting),
    column('acts', t('team.acts'), (one) => (
      <span className="team-acts">
        <Button
          size="small"
          disabled={one.open === 0}
          onClick={() => setOpen({ what: 'hand-over', member: one })}
        >
          {t('team.handOver')}
        </Button>
        <Button size="small" onClick={() => setOpen({ what: 'absence', member: one })}>
          {t('team.absence')}
        </Button>
        <Button size="small" onClick={() => setOpen({ what: 'goal', member: one })}>
          {t('team.goal')}
        </Button>
      </span>
    )),
  ]
  const close = (done: boolean) => {
    setOpen(null)
    if (done) void queryClient.invalidateQueries({ queryKey: keyOf(getTeam) })
  }
  return (
    <>
      <ListPage
        title={t('team.title')}
        filters={
          data && data.departments.length > 1 ? (
            <SelectFilter
              label={t('tasks.department')}
              of="departmentId"
              initial={String(data.departmentId ?? '')}
              options={data.departments.map((one) => ({
                value: String(one.id),
                text: `${one.name} · ${one.siteName}`,
              }))}
            />
          ) : undefined
        }
        above={
          data && data.queues.length > 0 ? (
            <p className="team-queues">
              {data.queues.map((one) => (
                <span key={one.role}>
                  {t('team.queue', { role: code('role', one.role), open: one.open, overdue: one.overdue })}
                </span>
              ))}
            </p>
          ) : undefined
        }
        source={{ ...team, items: data?.members ?? [] }}
        columns={columns}
        rowKey={(one) => one.staffId}
        empty={{ title: t('team.empty'), hint: t('team.emptyHint') }}
      />
      <AbsenceList />
      {open?.what === 'hand-over' && <HandOverDialog member={open.member} onClose={close} />}
      {open?.what === 'absence' && <AbsenceDialog member={open.member} onClose={close} />}
      {open?.what === 'goal' && <GoalDialog member={open.member} onClose={close} />}
    </>
  )
}

function GoalDialog({ member, onClose }: { member: Member; onClose: (done: boolean) => void }) {
  const { t } = useTranslation()
  const form = useContractForm(setGoal, {
    params: { id: member.staffId },
    values: { goal: member.ownGoal ? member.goal : null },
    onDone: () => onClose(true),
  })
  return (
    <FormDialog
      title={t('team.goalTitle', { name: member.name })}
      size="small"
      form={form}
      onClose={() => onClose(false)}
    >
      <NumberField label={t('team.goalLabel')} hint={t('team.goalHint')} {...form.number('goal')} />
    </FormDialog>
  )
}
