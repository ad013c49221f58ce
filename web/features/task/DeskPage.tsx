import './work.css'
import './desk.css'
import { CalendarOutlined } from '@ant-design/icons'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallingHours, countTasks, listTasks, takeNextTask } from '../../../contract/task.ts'
import { call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall, useCallPages } from '../../query.ts'
import { may, useMe, useWholeApp } from '../../session.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { first, list, useFilters } from '../../ui/filters.ts'
import { useShortcut } from '../../ui/useShortcut.ts'
import { DayProgress } from './DayProgress.tsx'
import { PickOne } from './PickOne.tsx'
import { refreshDesk } from './refresh.ts'
import { TaskList } from './TaskList.tsx'
import { TaskPanel } from './TaskPanel.tsx'
import { rememberWork } from './useWork.ts'

const views = ['todo', 'overdue', 'waiting', 'done'] as const
export type DeskView = (typeof views)[number]

export default function DeskPage() {
  const { t } = useTranslation()
  const me = useMe()
  const wholeApp = useWholeApp()
  const navigate = useNavigate()
  const { taskId } = useParams({ strict: false })
  const [filters, setFilters] = useFilters()
  const openId = taskId ? Number(taskId) : null

  const view = views.find((one) => one === first(filters['view'])) ?? 'todo'
  // A link for one patient shows all their tasks within reach; one without a patient, one's own list.
  const forOne = me.launch !== null && me.launch.personId !== null
  const whose = forOne || first(filters['whose']) === 'team' ? 'team' : 'mine'
  const levels = list(filters['level']).map(Number)
  const search = first(filters['search'])

  const tasks = useCallPages(
    listTasks,
    {
      query: {
        view,
        whose,
        limit: 50,
        ...(levels.length ? { level: levels } : {}),
        ...(search ? { search } : {}),
      },
    },
    { keepPrevious: true },
  )
  const counts = useCall(countTasks, { query: { whose } })

  const open = useCallback(
    (id: number | null) => {
      const keep = ((old: object) => old) as never
      if (id === null) void navigate({ to: '/desk', search: keep })
      else void navigate({ to: '/desk/$taskId', params: { taskId: String(id) }, search: keep })
    },
    [navigate],
  )

  const takeNext = useCallback(
    async (afterTaskId?: number) => {
      const level = levels.length === 1 ? levels[0] : undefined
      const { task } = await call(takeNextTask, {
        body: { whose, ...(afterTaskId ? { afterTaskId } : {}), ...(level ? { level } : {}) },
      })
      if (task) rememberWork(task, true)
      refreshDesk()
      open(task?.id ?? null)
      return task
    },
    [levels, whose, open],
  )

  /** Moves the focus only: opening would take each task on the way. Enter then opens as on any link. */
  const step = (by: number) => {
    const rows = Array.from(document.querySelectorAll<HTMLElement>('.task-row'))
    const focused = rows.findIndex((row) => row === document.activeElement)
    const at = focused >= 0 ? focused : rows.findIndex((row) => row.classList.contains('is-open'))
    const target = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    target?.focus()
    target?.scrollIntoView({ block: 'nearest' })
  }
  useShortcut('j', () => step(1))
  useShortcut('k', () => step(-1))
  const firstFree = tasks.items.find((one) => !one.ofOthers && (one.heldByName === null || one.heldByMe))
  useShortcut('Enter', () => open(firstFree?.id ?? null), {
    enabled: openId === null,
    when: () => document.activeElement === document.body,
  })
  useShortcut('Escape', () => open(null), { enabled: openId !== null, whileTyping: false })

  return (
    <div className={`desk ${openId === null ? 'is-list' : 'is-work'}`}>
      <div className="desk-head">
        <PageHeader
          title={t(forOne ? 'launch.title' : 'desk.title')}
          extra={
            forOne ? undefined : (
              <>
                {wholeApp && (
                  <Link to="/call-backs" search={{ whose: whose === 'team' ? 'team' : undefined } as never}>
                    <CalendarOutlined aria-hidden /> {t('desk.calendar')}
                  </Link>
                )}
                {counts.data && <DayProgress counts={counts.data} />}
              </>
            )
          }
        />
        {counts.data && <OutsideHours hours={counts.data.callingHours} />}
      </div>
      <TaskList
        source={tasks}
        counts={counts.data}
        filters={{ view, whose, levels, search }}
        onFilters={setFilters}
        openId={openId}
      />
      {openId === null ? (
        <PickOne
          counts={counts.data}
          first={firstFree}
          canStart={may(me, 'task.work') && tasks.items.length > 0}
          onStart={() => takeNext()}
        />
      ) : (
        <TaskPanel key={openId} taskId={openId} onNext={takeNext} onOpen={open} />
      )}
    </div>
  )
}

/** A person called at night is no satisfied one: said before the first number is dialled. */
function OutsideHours({ hours: [next] }: { hours: CallingHours }) {
  const { t } = useTranslation()
  const time = useTime()
  if (!next || new Date(next.from) <= new Date()) return null
  return (
    <p className="outside-hours" role="status">
      {t('desk.outsideUntil', { time: time.moment(next.from) })}
    </p>
  )
}
