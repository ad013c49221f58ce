import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type CallDetail, type Caller, linkCall, workInCall } from '../../../contract/call.ts'
import { PersonPick } from '../../app/PersonPick.tsx'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { may, useMe } from '../../session.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useDo } from '../../ui/useDo.ts'
import { CaseFrom } from '../case/CaseFrom.tsx'
import { personTagTone } from '../person/tags.ts'
import { callRoutes } from './stale.ts'

const BookDialog = lazy(() => import('../appointment/BookDialog.tsx'))

/** Whose number it is: one person in full, several to choose from, or nobody yet. */
export function Callers({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const [searching, setSearching] = useState(false)
  const link = useDo(linkCall, { stale: callRoutes, onDone: () => setSearching(false) })
  const choose = (personId: number) => link.mutate({ params: { id: call.id }, body: { personId } })
  const [only] = call.callers
  const certain = call.personId !== null && only !== undefined
  return (
    <section aria-label={t('calls.party')} className="stack">
      {!certain && call.callers.length > 1 && (
        <p className="secondary small">
          {t('calls.pop.several', { n: call.callers.length + call.moreCallers })}
        </p>
      )}
      {!certain && call.callers.length === 0 && (
        <p className="secondary">{t(call.number === null ? 'calls.withheld' : 'calls.pop.unknown')}</p>
      )}
      {certain ? (
        <CallerFacts call={call} caller={only} />
      ) : (
        <ul className="caller-list">
          {call.callers.map((one) => (
            <li key={one.id}>
              <CallerName caller={one} />
              {call.abilities.work && (
                <Button
                  size="small"
                  aria-label={`${t('calls.pop.choose')} ${one.name}`}
                  loading={link.isPending && link.variables.body.personId === one.id}
                  onClick={() => choose(one.id)}
                >
                  {t('calls.pop.choose')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {call.moreCallers > 0 && (
        <p className="secondary small">{t('calls.pop.more', { n: call.moreCallers })}</p>
      )}
      {call.abilities.work &&
        (searching || (!certain && call.callers.length === 0) ? (
          <PersonPick
            label={t('calls.pop.findPerson')}
            empty={t('calls.pop.notFound')}
            onChoose={(person) => choose(person.id)}
          />
        ) : (
          <p>
            <Button size="small" onClick={() => setSearching(true)}>
              {t(certain ? 'calls.pop.change' : 'calls.pop.findPerson')}
            </Button>
          </p>
        ))}
    </section>
  )
}

function CallerName({ caller }: { caller: Caller }) {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  const { as } = caller
  return (
    <div>
      <Link to="/persons/$id" params={{ id: String(caller.id) }}>
        <strong>{caller.name}</strong>
      </Link>{' '}
      <span className="secondary">
        {[code('sex', caller.sex), age(caller.age)].filter(Boolean).join(' · ')}
      </span>
      {as.kind === 'relative' && (
        <div className="secondary small">
          {t('calls.pop.relative', { relation: code('relation', as.relation), name: as.name ?? '' })}
        </div>
      )}
      {caller.tags.length > 0 && (
        <div className="caller-tags">
          {caller.tags.map((tag) => (
            <StatusTag key={tag} tone={personTagTone[tag]}>
              {code('personTag', tag)}
            </StatusTag>
          ))}
        </div>
      )}
    </div>
  )
}

function CallerFacts({ call, caller }: { call: CallDetail; caller: Caller }) {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const me = useMe()
  const [booking, setBooking] = useState(false)
  const work = useDo(workInCall, { stale: callRoutes })
  const { lastContact, nextAppointment } = caller
  return (
    <div className="stack">
      <CallerName caller={caller} />
      <dl className="facts">
        <div>
          <dt>{t('calls.pop.lastContact')}</dt>
          <dd>
            {lastContact ? (
              <>
                <TimeText at={lastContact.at} /> {code('eventKind', lastContact.kind)}{' '}
                {lastContact.outcome && code('outcome', lastContact.outcome)}
              </>
            ) : (
              '—'
            )}
          </dd>
        </div>
        <div>
          <dt>{t('calls.pop.lastVisit')}</dt>
          <dd>
            {caller.lastVisitAt ? (
              <>
                <TimeText at={caller.lastVisitAt} show="day" /> {caller.lastDepartmentName}{' '}
                {caller.lastConditionText}
              </>
            ) : (
              '—'
            )}
          </dd>
        </div>
        <div>
          <dt>{t('calls.pop.nextAppointment')}</dt>
          <dd>
            {nextAppointment ? (
              <>
                <TimeText at={nextAppointment.startsAt} show="moment" /> {nextAppointment.departmentName}
              </>
            ) : (
              t('calls.pop.noAppointment')
            )}{' '}
            {may(me, 'appointment.write') && (
              <Button size="small" onClick={() => setBooking(true)}>
                {t('calls.pop.book')}
              </Button>
            )}
          </dd>
        </div>
      </dl>
      {caller.openCases > 0 && (
        <StatusTag tone="warning">{t('calls.pop.openCases', { n: caller.openCases })}</StatusTag>
      )}
      <h3>{t('calls.pop.tasks')}</h3>
      {caller.tasks.length === 0 ? (
        <p className="secondary">{t('calls.pop.noTasks')}</p>
      ) : (
        <ul className="caller-list">
          {caller.tasks.map((task) => (
            <li key={task.id}>
              <div>
                <Link to="/desk/$taskId" params={{ taskId: String(task.id) }}>
                  {shipped(task.title)}
                </Link>
                <div className="secondary small">
                  <TimeText at={task.dueAt} show="moment" />
                  {task.heldByName && ` · ${t('calls.pop.heldBy', { name: task.heldByName })}`}
                </div>
              </div>
              {call.taskId === task.id ? (
                <StatusTag tone="success">{t('calls.pop.working')}</StatusTag>
              ) : (
                call.abilities.work &&
                task.mayWork && (
                  <Button
                    size="small"
                    aria-label={`${t('calls.pop.work')} ${shipped(task.title)}`}
                    loading={work.isPending && work.variables.body.taskId === task.id}
                    onClick={() => work.mutate({ params: { id: call.id }, body: { taskId: task.id } })}
                  >
                    {t('calls.pop.work')}
                  </Button>
                )
              )}
            </li>
          ))}
        </ul>
      )}
      <p>
        <CaseFrom person={caller} channel="phone" source={{ kind: 'call', id: call.id }} />
      </p>
      <Suspense fallback={null}>
        {booking && (
          <BookDialog person={{ id: caller.id, name: caller.name }} onClose={() => setBooking(false)} />
        )}
      </Suspense>
    </div>
  )
}
