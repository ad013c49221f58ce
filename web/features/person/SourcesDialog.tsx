import { Dialog } from '../../ui/Dialog.tsx'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseStatement, getPerson, type PersonDetail, updatePerson } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { type FieldProvenance } from '../../../contract/provenance.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { CorrectionReason, isReason } from './CorrectionReason.tsx'
import { useSource } from './useSource.ts'
import { useDo } from '../../ui/useDo.ts'

type Statement = FieldProvenance['statements'][number]

type SourcesDialogProps = { person: PersonDetail; field: FieldProvenance['field']; onClose: () => void }

/** What each source says of a field, since when; staff say which of them is right. */
export default function SourcesDialog({ person, field, onClose }: SourcesDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const time = useTime()
  const sourceName = useSource()
  const [reason, setReason] = useState('')
  const provenance = person.provenance.find((one) => one.field === field)
  const settled = (result: 'chosen' | 'withdrawn') => ({
    done: t(`person.sources.${result}`),
    stale: [getTimeline, getPerson],
    onDone: () => {
      onClose()
    },
  })
  const choose = useDo(chooseStatement, settled('chosen'))
  const withdraw = useDo(updatePerson, settled('withdrawn'))
  const words = (value: string): string => {
    if (field === 'deceased') {
      if (value === 'false') return t('person.sources.alive')
      return value === 'true'
        ? t('person.sources.died')
        : t('person.sources.diedAt', { time: time.moment(value) })
    }
    if (value === '') return t('person.sources.wrong')
    if (field === 'sex') return code('sex', value)
    return field === 'maritalStatus' ? code('marital', value) : value
  }
  const mayChoose = person.abilities.write && field !== 'deceased' && provenance?.conflict !== null
  const origin = ({ recordId, aside }: Statement) =>
    [
      recordId === person.id
        ? null
        : t('person.sources.record', {
            number:
              person.mergedRecords.find((one) => one.recordId === recordId)?.recordNumbers.join('、') ?? '',
          }),
      aside ? t('person.sources.aside') : null,
    ].filter(Boolean)

  return (
    <Dialog title={t('person.sources.title', { field: t(`person.${field}`) })} size="large" onClose={onClose}>
      <div className="stack">
        <table className="list-table plain-table">
          <thead>
            <tr>
              <th scope="col">{t('person.sources.value')}</th>
              <th scope="col">{t('person.sources.source')}</th>
              <th scope="col">{t('person.sources.said')}</th>
              <th scope="col">
                <span className="visually-hidden">{t('person.sources.choose')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {provenance?.statements.map((one) => (
              <tr key={`${one.recordId} ${one.source}`}>
                <td>{words(one.value)}</td>
                <td>
                  {sourceName(one.source)}
                  {origin(one).map((text) => (
                    <p key={text} className="secondary small">
                      {text}
                    </p>
                  ))}
                </td>
                <td>
                  <time dateTime={one.at}>{time.moment(one.at)}</time>
                  <p className="secondary small">
                    {time.relative(one.at)}
                    {one.since !== one.at && ` · ${t('person.sources.since')} ${time.moment(one.since)}`}
                  </p>
                </td>
                <td>
                  {one.counts ? <StatusTag tone="success">{t('person.sources.counts')}</StatusTag> : null}{' '}
                  {mayChoose && !(one.counts && provenance.conflict === 'settled') && one.value !== '' && (
                    <Button
                      disabled={!isReason(reason) || choose.isPending}
                      aria-label={t('person.sources.chooseOf', {
                        source: sourceName(one.source),
                        value: words(one.value),
                      })}
                      onClick={() =>
                        choose.mutate({
                          params: { id: person.id },
                          body: {
                            version: person.version,
                            field,
                            recordId: one.recordId,
                            source: one.source,
                            reason: reason.trim(),
                          },
                        })
                      }
                    >
                      {t('person.sources.choose')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {field === 'deceased' && person.deceased && person.abilities.write && (
          <>
            <CorrectionReason value={reason} onChange={setReason} />
            <p className="secondary small">{t('person.sources.withdrawHint')}</p>
            <Button
              disabled={!isReason(reason) || withdraw.isPending}
              onClick={() =>
                withdraw.mutate({
                  params: { id: person.id },
                  body: { version: person.version, deceased: false, reason: reason.trim() },
                })
              }
            >
              {t('person.sources.withdraw')}
            </Button>
          </>
        )}
        {mayChoose && (
          <>
            <CorrectionReason value={reason} onChange={setReason} />
            <p className="secondary small">{t('person.sources.hint')}</p>
          </>
        )}
      </div>
    </Dialog>
  )
}
