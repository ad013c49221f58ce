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
import { type Column, ListPage, useList } from '../../ui/ListPage.tsx'
import { choices } from '../../ui/fields.ts'
import { DateFilter } from '../../ui/DateFilter.tsx'
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
  const [filters, setFilters] = useFilters()
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
  const change = (changes: Record<string, string | undefined>) => {
    setSelected(new Set())
    setFilters(changes)
  }

  const columns: Column<TaskSummary>[] = [
    {
      key: 'reason',
      title: t('tasks.reason'),
      render: (one) => {
        if (one.status === 'completed')
          return <StatusTag tone="success">{code(outcomeGroup(one), one.outcome)}</StatusTag>
        const { words, tone } = reason(one)
        return <StatusTag tone={tone}>{words}</StatusTag>
      },
    },
    {
      key: 'person',
      title: t('tasks.person'),
      personal: true,
      text: (one) => one.personName ?? one.groupName,
      render: (one) => <SubjectLink task={one} />,
    },
    { key: 'title', title: t('tasks.task'), render: (one) => shipped(one.title) },
    {
      key: 'condition',
      title: t('tasks.condition'),
      hidden: true,
      render: (one) => one.conditionText ?? '—',
    },
    {
      key: 'discharged',
      title: t('tasks.discharged'),
      hidden: true,
      render: (one) => <TimeText at={one.dischargedAt} show="day" />,
    },
    { key: 'department', title: t('tasks.department'), render: (one) => one.departmentName ?? '—' },
    {
      key: 'assignee',
      title: t('tasks.assignee'),
      render: (one) => one.assigneeName ?? code('role', one.assigneeRole),
    },
    {
      key: 'attempts',
      title: t('tasks.attempts'),
      align: 'right',
      wideOnly: true,
      render: (one) => one.attempts,
    },
    {
      key: 'due',
      title: view === 'done' ? t('tasks.completed') : t('tasks.due'),
      render: (one) => <TimeText at={view === 'done' ? one.completedAt : one.dueAt} />,
    },
    {
      key: 'held',
      title: t('tasks.held'),
      wideOnly: true,
      render: (one) => one.heldByName ?? '—',
    },
  ]

  return (
    <>
      <ListPage
        title={t('tasks.title')}
        actions={
          may(me, 'task.assign') && (
            <Button type="primary" disabled={selected.size === 0} onClick={() => setAssigning(true)}>
              {t('tasks.assign', { n: selected.size })}
            </Button>
          )
        }
        filters={
          <>
            <SelectFilter
              label={t('tasks.view')}
              value={view}
              options={taskView.options.map((value) => ({ value, text: t(`tasks.views.${value}`) }))}
              onChange={(value) => change({ view: value })}
            />
            <SelectFilter
              label={t('desk.levelFilter')}
              all={t('desk.allLevels')}
              value={level ? String(level) : undefined}
              options={[1, 2, 3].map((n) => ({ value: String(n), text: t('desk.level', { n }) }))}
              onChange={(value) => change({ level: value })}
            />
            <SelectFilter
              label={t('tasks.department')}
              all={t('tasks.allDepartments')}
              value={departmentId ? String(departmentId) : undefined}
              options={(places.data?.departments ?? []).map((one) => ({
                value: String(one.id),
                text: one.name,
              }))}
              onChange={(value) => change({ departmentId: value })}
            />
            <SelectFilter
              label={t('tasks.doctor')}
              all={t('tasks.allDoctors')}
              value={doctor ? String(doctor) : undefined}
              options={choices((staff.data?.items ?? []).filter((one) => one.role === 'doctor'))}
              onChange={(value) => change({ attendingStaffId: value })}
            />
            <DateFilter
              label={t('tasks.dischargedFrom')}
              value={first(filters['dischargedFrom'])}
              onChange={(value) => change({ dischargedFrom: value })}
            />
            <DateFilter
              label={t('tasks.dischargedTo')}
              value={first(filters['dischargedTo'])}
              onChange={(value) => change({ dischargedTo: value })}
            />
            <TextFilter
              label={t('tasks.condition')}
              value={first(filters['condition'])}
              onChange={(value) => change({ condition: value })}
            />
            <TextFilter
              label={t('tasks.search')}
              value={search}
              onChange={(value) => change({ search: value })}
            />
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
                label: (one: TaskSummary) => `${one.personName ?? one.groupName ?? ''} ${one.title}`,
              },
            }
          : {})}
        empty={{ title: t(`tasks.empty.${view}`), hint: t('tasks.emptyHint') }}
      />
      {assigning && (
        <AssignDialog
          taskIds={[...selected].map(Number)}
          onClose={(done) => {
            setAssigning(false)
            if (done) setSelected(new Set())
          }}
        />
      )}
    </>
  )
}
