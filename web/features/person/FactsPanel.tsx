import { App, Button } from 'antd'
import { type ReactNode, Suspense, lazy, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PersonDetail, getPerson, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { type ClaimField } from '../../../contract/provenance.ts'
import { ApiError, call } from '../../api.ts'
import { useTime } from '../../format/useTime.ts'
import { useAge } from '../../i18n/useAge.ts'
import { useCode } from '../../i18n/useCode.ts'
import { keyOf, queryClient } from '../../query.ts'
import { useExplain } from '../../ui/useExplain.ts'
import { ConflictDialog } from './ConflictDialog.tsx'
import { CorrectionReason, isReason } from './CorrectionReason.tsx'
import { type FactsDraft, FactsForm, changesOf, draftOf, isCorrection } from './FactsForm.tsx'
import { FieldSource } from './SourceLine.tsx'

const SourcesDialog = lazy(() => import('./SourcesDialog.tsx'))

/** Facts in place: read, edit, save; when somebody else saved meanwhile, both versions are shown. */
export function FactsPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const age = useAge()
  const time = useTime()
  const explain = useExplain()
  const { message } = App.useApp()
  const [editing, setEditing] = useState<{ from: PersonDetail; draft: FactsDraft } | null>(null)
  const [theirs, setTheirs] = useState<PersonDetail | null>(null)
  const [busy, setBusy] = useState(false)
  const [reason, setReason] = useState('')
  const [shown, setShown] = useState<ClaimField | null>(null)
  const key = keyOf(getPerson, { params: { id: person.id } })

  async function save(version: number) {
    if (!editing) return
    setBusy(true)
    try {
      const saved = await call(updatePerson, {
        params: { id: person.id },
        body: {
          version,
          ...changesOf(editing.from, editing.draft),
          ...(isReason(reason) && { reason: reason.trim() }),
        },
      })
      queryClient.setQueryData(key, saved)
      void queryClient.invalidateQueries({ queryKey: keyOf(getTimeline) })
      setEditing(null)
      setReason('')
      setTheirs(null)
      void message.success(t('person.saved'))
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        const fresh = await call(getPerson, { params: { id: person.id } })
        queryClient.setQueryData(key, fresh)
        setTheirs(fresh)
      } else void message.error(explain(error))
    } finally {
      setBusy(false)
    }
  }

  const deathRow = ({ provenance }: PersonDetail): [string, ReactNode, ClaimField][] =>
    provenance.some((one) => one.field === 'deceased')
      ? [
          [
            t('person.deceased'),
            person.deceased
              ? person.deceasedAt
                ? t('person.sources.diedAt', { time: time.day(person.deceasedAt) })
                : t('person.sources.died')
              : t('person.sources.alive'),
            'deceased',
          ],
        ]
      : []
  const rows: [label: string, value: ReactNode, field?: ClaimField][] = [
    [t('person.name'), person.name, 'name'],
    [t('person.sex'), code('sex', person.sex), 'sex'],
    [
      t('person.birthDate'),
      person.birthDate && [person.birthDate, age(person.age)].filter(Boolean).join(' · '),
      'birthDate',
    ],
    [t('person.maritalStatus'), code('marital', person.maritalStatus) || null, 'maritalStatus'],
    [t('person.language'), person.language, 'language'],
    ...deathRow(person),
    [
      t('person.preferredChannel'),
      person.preferredChannel ? code('channel', person.preferredChannel) : t('person.noPreference'),
    ],
    [t('person.note'), person.note ?? (person.abilities.write ? t('person.noNote') : null)],
  ]

  const needsReason = editing !== null && isCorrection(editing.from, editing.draft)

  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t('person.facts')}</h2>
        {person.abilities.write && !editing && (
          <button
            type="button"
            className="plain-button"
            onClick={() => setEditing({ from: person, draft: draftOf(person) })}
          >
            {t('common.edit')}
          </button>
        )}
      </div>
      {editing ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            void save(editing.from.version)
          }}
        >
          <FactsForm draft={editing.draft} onChange={(draft) => setEditing({ ...editing, draft })} />
          {needsReason && <CorrectionReason value={reason} onChange={setReason} />}
          <div className="button-line">
            <Button
              type="primary"
              htmlType="submit"
              loading={busy}
              disabled={needsReason && !isReason(reason)}
            >
              {t('common.save')}
            </Button>
            <Button onClick={() => setEditing(null)}>{t('common.cancel')}</Button>
          </div>
        </form>
      ) : (
        <>
          <dl className="facts">
            {rows.map(([label, value, field]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="pre-line">
                  {value ?? <span className="secondary">—</span>}
                  {field && (
                    <FieldSource
                      label={label}
                      provenance={person.provenance.find((one) => one.field === field)}
                      onOpen={(one) => setShown(one.field)}
                    />
                  )}
                </dd>
              </div>
            ))}
          </dl>
          <p className="secondary small">{t('person.updated', { time: time.relative(person.updatedAt) })}</p>
        </>
      )}
      <Suspense fallback={null}>
        {shown && <SourcesDialog person={person} field={shown} onClose={() => setShown(null)} />}
      </Suspense>
      {theirs && editing && (
        <ConflictDialog
          before={editing.from}
          theirs={theirs}
          draft={editing.draft}
          busy={busy}
          onKeep={() => void save(theirs.version)}
          onDrop={() => {
            setTheirs(null)
            setEditing(null)
          }}
        />
      )}
    </section>
  )
}
