import { useTranslation } from 'react-i18next'
import type { Rehearsal, RehearsalSide, Work } from '../../../../contract/rehearsal.ts'
import { count } from '../../../format/number.ts'
import { useTime } from '../../../format/useTime.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { HoursChart } from './HoursChart.tsx'
import { hours, peakOf } from './hours.ts'

const columns = ['calls', 'visits', 'questionnaires', 'others', 'messages'] as const

type RehearsalResultProps = {
  rehearsal: Rehearsal
  /** Branches ask for answers or results, which a rehearsal does not have. */
  asks: boolean
}

/** Totals with what the version in force would have made, the work per day, and who has it. */
export function RehearsalResult({ rehearsal, asks }: RehearsalResultProps) {
  const { t } = useTranslation()
  const time = useTime()
  const { draft, current, minutes } = rehearsal
  if (!draft) return null
  return (
    <>
      <p className="secondary">
        {t('rehearsal.done', {
          name: rehearsal.startedByName,
          time: time.moment(rehearsal.finishedAt ?? rehearsal.createdAt),
          from: rehearsal.from,
          to: rehearsal.to,
          events: count(rehearsal.events),
        })}
      </p>
      {draft.entered === 0 ? (
        <Notice tone="info" title={t('rehearsal.noEntries')} />
      ) : (
        <>
          <Totals draft={draft} current={current} />
          <HoursChart draft={draft} current={current} />
          <div className="rehearsal-tables">
            <Departments draft={draft} />
            <Assignees draft={draft} />
          </div>
        </>
      )}
      <section className="panel rehearsal-notes">
        <h2>{t('rehearsal.assumptions')}</h2>
        <ul>
          <li>{t('rehearsal.assume.day')}</li>
          <li>{t('rehearsal.assume.result')}</li>
          {asks && <li>{t('rehearsal.assume.asked')}</li>}
          {minutes && <li>{t('rehearsal.assume.minutes', minutes)}</li>}
          <li>{t('rehearsal.assume.gate')}</li>
          <li>{t('rehearsal.assume.late')}</li>
        </ul>
      </section>
    </>
  )
}

function Totals({ draft, current }: { draft: RehearsalSide; current: RehearsalSide | null }) {
  const { t } = useTranslation()
  const time = useTime()
  const peak = peakOf(draft.days)
  const versus = (now: number, then: number | undefined) =>
    then === undefined ? null : now === then ? t('rehearsal.same') : t('rehearsal.versus', { n: count(then) })
  const days = draft.days.length
  return (
    <section className="rehearsal-totals" aria-label={t('rehearsal.total')}>
      <Fact
        name={t('rehearsal.entered')}
        value={count(draft.entered)}
        notes={[
          t('rehearsal.notEntered', { n: count(draft.notEntered) }),
          versus(draft.entered, current?.entered),
        ]}
      />
      {(['calls', 'visits', 'messages'] as const).map((kind) => (
        <Fact
          key={kind}
          name={t(`rehearsal.${kind}`)}
          value={count(draft.total[kind])}
          notes={[
            t('rehearsal.perDay', {
              n: count(Math.round((draft.total[kind] / Math.max(1, days)) * 10) / 10),
            }),
            versus(draft.total[kind], current?.total[kind]),
          ]}
        />
      ))}
      <Fact
        name={t('rehearsal.hours')}
        value={count(hours(draft.total.minutes))}
        notes={[
          peak
            ? `${t('rehearsal.peak')} ${t('rehearsal.peakOf', { day: time.day(peak.day), n: hours(peak.minutes) })}`
            : null,
          versus(hours(draft.total.minutes), current ? hours(current.total.minutes) : undefined),
        ]}
      />
      <Fact
        name={t('rehearsal.stopped')}
        hint={t('rehearsal.stoppedHint')}
        value={count(draft.stopped)}
        notes={[
          t('rehearsal.prevented', { n: count(draft.prevented) }),
          draft.blocked > 0 ? t('rehearsal.blocked', { n: count(draft.blocked) }) : null,
        ]}
      />
    </section>
  )
}

function Fact({
  name,
  value,
  notes,
  hint,
}: {
  name: string
  value: string
  notes: (string | null)[]
  hint?: string
}) {
  return (
    <div className="panel rehearsal-fact" title={hint}>
      <span className="secondary">{name}</span>
      <strong>{value}</strong>
      {notes
        .filter((note) => note !== null)
        .map((note) => (
          <span key={note} className="secondary small">
            {note}
          </span>
        ))}
    </div>
  )
}

function Departments({ draft }: { draft: RehearsalSide }) {
  const { t } = useTranslation()
  const cells = (work: Work) => (
    <>
      {columns.map((kind) => (
        <td key={kind}>{count(work[kind])}</td>
      ))}
      <td>{count(hours(work.minutes))}</td>
    </>
  )
  return (
    <section className="panel figures-table-scroll" tabIndex={0} aria-label={t('rehearsal.byDepartment')}>
      <h2>{t('rehearsal.byDepartment')}</h2>
      <table className="number-table">
        <thead>
          <tr>
            <th scope="col">{t('rehearsal.department')}</th>
            {columns.map((kind) => (
              <th key={kind} scope="col">
                {t(`rehearsal.${kind}`)}
              </th>
            ))}
            <th scope="col">{t('rehearsal.hours')}</th>
          </tr>
        </thead>
        <tbody>
          {draft.departments.map((one) => (
            <tr key={one.departmentId ?? 0}>
              <th scope="row">{one.name ?? t('rehearsal.noDepartment')}</th>
              {cells(one)}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('rehearsal.total')}</th>
            {cells(draft.total)}
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

function Assignees({ draft }: { draft: RehearsalSide }) {
  const { t } = useTranslation()
  return (
    <section className="panel" aria-label={t('rehearsal.byAssignee')}>
      <h2>{t('rehearsal.byAssignee')}</h2>
      <table className="number-table">
        <thead>
          <tr>
            <th scope="col">{t('editor.assignee')}</th>
            <th scope="col">{t('rehearsal.tasks')}</th>
            <th scope="col">{t('rehearsal.hours')}</th>
          </tr>
        </thead>
        <tbody>
          {draft.assignees.map((one) => (
            <tr key={one.assignee}>
              <th scope="row">{t(`pathways.assignee.${one.assignee as 'nurse'}`)}</th>
              <td>{count(one.tasks)}</td>
              <td>{count(hours(one.minutes))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
