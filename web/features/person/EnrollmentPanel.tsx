import { App, Button, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createEnrollment, listPathways, stopEnrollment } from '../../../contract/pathway.ts'
import { type PersonDetail, getPerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient, useAct, useCall } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'

export function EnrollmentPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const [adding, setAdding] = useState(false)
  const [stopping, setStopping] = useState<number | null>(null)

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.enrollments')}</h2>
        {person.abilities.enroll && !adding && (
          <button type="button" className="plain-button" onClick={() => setAdding(true)}>
            {t('person.enroll')}
          </button>
        )}
      </div>
      {person.enrollments.length === 0 && !adding && <p className="secondary">{t('person.enrollEmpty')}</p>}
      <ul className="row-list">
        {person.enrollments.map((enrollment) => {
          const open = ['active', 'waiting', 'blocked'].includes(enrollment.status)
          return (
            <li key={enrollment.id}>
              <div>
                <strong>{enrollment.pathwayName}</strong>{' '}
                <span className="secondary small">{code('enrollmentStatus', enrollment.status)}</span>
                <p className="secondary small">
                  {[
                    open && enrollment.stepTitle ? t('person.step', { step: enrollment.stepTitle }) : null,
                    open && enrollment.dueAt ? t('person.due', { time: time.day(enrollment.dueAt) }) : null,
                    t('person.startedAt', { time: time.day(enrollment.startedAt) }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </div>
              {open && person.abilities.enroll && (
                <button type="button" className="soft-button" onClick={() => setStopping(enrollment.id)}>
                  {t('person.stop')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {adding && <EnrollForm person={person} onClose={() => setAdding(false)} />}
      {stopping !== null && <StopDialog id={stopping} person={person} onClose={() => setStopping(null)} />}
    </section>
  )
}

function refresh(personId: number) {
  void queryClient.invalidateQueries({ queryKey: keyOf(getPerson, { params: { id: personId } }) })
  void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
}

function EnrollForm({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const id = useId()
  const pathways = useCall(listPathways)
  const choices = pathways.data?.items.filter((pathway) => pathway.active) ?? []
  const [pathwayId, setPathwayId] = useState<number | null>(null)
  const [encounterId, setEncounterId] = useState<number | null>(person.encounters[0]?.id ?? null)
  const chosen = pathwayId ?? choices[0]?.id ?? null
  const enroll = useAct(createEnrollment, {
    onSuccess: () => {
      void message.success(t('person.enrolled'))
      refresh(person.id)
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen !== null) enroll.mutate({ body: { pathwayId: chosen, personId: person.id, encounterId } })
      }}
    >
      {pathways.isSuccess && choices.length === 0 && <p className="secondary">{t('person.noPathways')}</p>}
      <div className="labelled">
        <label htmlFor={`${id}-pathway`}>{t('person.enrollChoose')}</label>
        <select
          id={`${id}-pathway`}
          className="field-input"
          value={chosen ?? ''}
          onChange={(event) => setPathwayId(Number(event.target.value))}
        >
          {choices.map((pathway) => (
            <option key={pathway.id} value={pathway.id}>
              {pathway.name}
            </option>
          ))}
        </select>
      </div>
      <div className="labelled">
        <label htmlFor={`${id}-encounter`}>{t('person.enrollEncounter')}</label>
        <select
          id={`${id}-encounter`}
          className="field-input"
          value={encounterId ?? ''}
          onChange={(event) => setEncounterId(event.target.value ? Number(event.target.value) : null)}
        >
          <option value="">{t('person.enrollNoEncounter')}</option>
          {person.encounters.map((encounter) => (
            <option key={encounter.id} value={encounter.id}>
              {[
                code('encounterClass', encounter.class),
                encounter.departmentName,
                encounter.start && time.day(encounter.start),
              ]
                .filter(Boolean)
                .join(' · ')}
            </option>
          ))}
        </select>
      </div>
      <div className="button-line">
        <Button type="primary" htmlType="submit" loading={enroll.isPending} disabled={chosen === null}>
          {t('person.enroll')}
        </Button>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
      </div>
    </form>
  )
}

function StopDialog({ id, person, onClose }: { id: number; person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const fieldId = useId()
  const [reason, setReason] = useState('')
  const stop = useAct(stopEnrollment, {
    onSuccess: () => {
      void message.success(t('person.stopped'))
      refresh(person.id)
      onClose()
    },
    onError: (error) => void message.error(explain(error)),
  })
  return (
    <Modal
      open
      title={t('person.stopTitle')}
      okText={t('person.stop')}
      cancelText={t('common.cancel')}
      okButtonProps={{ danger: true, disabled: reason.trim().length < 2, loading: stop.isPending }}
      onOk={() => stop.mutate({ params: { id }, body: { reason: reason.trim() } })}
      onCancel={onClose}
      width={440}
    >
      <div className="stack">
        <p className="secondary">{t('person.stopHint')}</p>
        <div className="labelled">
          <label htmlFor={fieldId}>{t('person.stopReason')}</label>
          <input
            id={fieldId}
            className="field-input"
            autoFocus
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
    </Modal>
  )
}
