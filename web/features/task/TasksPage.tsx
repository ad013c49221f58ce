import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listSites, listStaff } from '../../../contract/setting.ts'
import { listTasks, type TaskSummary, taskView } from '../../../contract/task.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { type Column, ListPage, useList, column } from '../../ui/ListPage.tsx'
import { choices } from '../../ui/fields.ts'
import { PeriodFilter } from '../../ui/DateFilter.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { first, useFilters } from '../../ui/filters.ts'
import { AssignDialog } from './AssignDialog.tsx'
import { useReason } from './reasonWords.ts'
import { outcomeGroup } from './subject.ts'
import { SubjectLink } from './SubjectLink.tsx'

/** The team's list for those who hand out work: what is slipping, with whom, and hand it to somebody else. */
export default function TasksPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const code = useCode()
  const reason = useReason()
  const me = useMe()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const [selected, setSelected] = useState<Set<string | number>>(new Set())
  const [assigning, setAssigning] = useState(false)
  const view = taskView.options.find((one) => one === first(filters['view'])) ?? 'overdue'
  const level = Number(first(filters['level'])) || undefined
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const search = first(filters['search'])
  const places = useCall(listSites, { query: { within: 'task.read' } })
  const staff = useCall(listStaff, { query: { limit: 200, ...(departmentId ? { departmentId } : {}) } })
  const doctor = Number(first(filters['attendingStaffId'])) || undefined
  const text = (name: 'condition' | 'dischargedFrom' | 'dischargedTo') => {
    const value = first(filters[name])
    return value ? { [name]: value } : {}
  }
  const query = {
    view,
    whose: 'team' as const,
    ...(level ? { level: [level] } : {}),
    ...(departmentId ? { departmentId } : {}),
    ...(search ? { search } : {}),
    ...(doctor ? { attendingStaffId: doctor } : {}),
    ...text('condition'),
    ...text('dischargedFrom'),
    ...text('dischargedTo'),
  }
  const tasks = useList(listTasks, query)
  const chosen = tasks.items.filter((one) => selected.has(one.id)).map((one) => one.id)

  const columns: Column<TaskSummary>[] = [
    column('reason', t('tasks.reason'), (one) => {
      if (one.status === 'completed')
        return <StatusTag tone="success">{code(outcomeGroup(one), one.outcome)}</StatusTag>
      const { words, tone } = reason(one)
      return <StatusTag tone={tone}>{words}</StatusTag>
    }),
    column(
      'person',
      t('tasks.person'),
      { personal: true, text: (one) => one.personName ?? one.groupName },
      (one) => <SubjectLink task={one} />,
    ),
    column('title', t('tasks.task'), (one) => shipped(one.title)),
    column('condition', t('tasks.condition'), { hidden: true }, (one) => one.conditionText ?? '—'),
    column('discharged', t('tasks.discharged'), { hidden: true }, (one) => (
      <TimeText at={one.dischargedAt} show="day" />
    )),
    column('department', t('tasks.department'), (one) => one.departmentName ?? '—'),
    column('assignee', t('tasks.assignee'), (one) => one.assigneeName ?? code('role', one.assigneeRole)),
    column('attempts', t('tasks.attempts'), { align: 'right', wideOnly: true }, (one) => one.attempts),
    column('due', view === 'done' ? t('tasks.completed') : t('tasks.due'), (one) => (
      <TimeText at={view === 'done' ? one.completedAt : one.dueAt} />
    )),
    column('held', t('tasks.held'), { wideOnly: true }, (one) => one.heldByName ?? '—'),
  ]

  return (
    <>
      <ListPage
        title={t('tasks.title')}
        actions={
          may(me, 'task.assign') && (
            <Button type="primary" disabled={chosen.length === 0} onClick={() => setAssigning(true)}>
              {t('tasks.assign', { n: chosen.length })}
            </Button>
          )
        }
        filters={
          <>
            <SelectFilter
              label={t('tasks.view')}
              of="view"
              initial={view}
              options={taskView.options.map((value) => ({ value, text: t(`tasks.views.${value}`) }))}
            />
            <SelectFilter
              label={t('desk.levelFilter')}
              all={t('desk.allLevels')}
              of="level"
              options={[1, 2, 3].map((n) => ({ value: String(n), text: t('desk.level', { n }) }))}
            />
            <SelectFilter
              label={t('tasks.department')}
              all={t('tasks.allDepartments')}
              of="departmentId"
              options={choices(places.data?.departments ?? [])}
            />
            <SelectFilter
              label={t('tasks.doctor')}
              all={t('tasks.allDoctors')}
              of="attendingStaffId"
              options={choices((staff.data?.items ?? []).filter((one) => one.role === 'doctor'))}
            />
            <PeriodFilter
              labels={[t('tasks.dischargedFrom'), t('tasks.dischargedTo')]}
              names={['dischargedFrom', 'dischargedTo']}
            />
            <TextFilter label={t('tasks.condition')} of="condition" />
            <TextFilter label={t('tasks.search')} of="search" />
          </>
        }
        totalText={(n) => t('tasks.total', { n })}
        source={tasks}
        columns={columns}
        rowKey={(one) => one.id}
        onOpen={(one) => void navigate({ to: '/desk/$taskId', params: { taskId: String(one.id) } })}
        {...(may(me, 'task.assign') && view !== 'done'
          ? {
              selection: {
                selected,
                onChange: setSelected,
                label: (one: TaskSummary) => `${one.personName ?? one.groupName ?? ''} ${shipped(one.title)}`,
              },
            }
          : {})}
        empty={{ title: t(`tasks.empty.${view}`), hint: t('tasks.emptyHint') }}
      />
      {assigning && (
        <AssignDialog
          taskIds={chosen}
          onClose={(done) => {
            setAssigning(false)
            if (done) setSelected(new Set())
          }}
        />
      )}
    </>
  )
}
