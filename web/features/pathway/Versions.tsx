import { Dialog } from '../../ui/Dialog.tsx'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPathwayVersion } from '../../../contract/pathway-draft.ts'
import type { PathwayDetail } from '../../../contract/pathway.ts'
import { count } from '../../format/number.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { PickField } from '../../ui/fields.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { DifferenceList } from './DifferenceList.tsx'

/** Every version with who and when, and what it changed. */
export function Versions({ pathway }: { pathway: PathwayDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const [shown, setShown] = useState<number | null>(null)
  const { versions } = pathway
  return (
    <section className="panel" aria-label={t('pathways.versions')}>
      <h2>{t('pathways.versions')}</h2>
      {versions.length === 0 && <p className="secondary">{t('editor.unpublished')}</p>}
      <ul className="row-list">
        {versions.map((one) => (
          <li key={one.id}>
            <div>
              <strong>{t('pathways.versionOf', { n: one.version })}</strong>{' '}
              {one.version === pathway.version && (
                <StatusTag tone="success">{t('pathways.current')}</StatusTag>
              )}
              <div className="secondary small">
                <TimeText at={one.publishedAt} show="moment" /> ·{' '}
                {one.publishedByName ?? code('source', 'system')}
              </div>
            </div>
            <span className="row-actions">
              {t('pathways.openOn', { n: count(one.openEnrollments) })}
              {versions.length > 1 && (
                <button type="button" className="plain-button" onClick={() => setShown(one.version)}>
                  {t('editor.compare')}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {shown !== null && <Comparison pathway={pathway} version={shown} onClose={() => setShown(null)} />}
    </section>
  )
}

function Comparison({
  pathway,
  version,
  onClose,
}: {
  pathway: PathwayDetail
  version: number
  onClose: () => void
}) {
  const { t } = useTranslation()
  const others = pathway.versions.map((one) => one.version).filter((one) => one !== version)
  const [other, setOther] = useState(others.find((one) => one < version) ?? others[0] ?? version)
  const after = useCall(getPathwayVersion, { params: { id: pathway.id, version } })
  const before = useCall(getPathwayVersion, { params: { id: pathway.id, version: other } })
  const error = after.error ?? before.error
  return (
    <Dialog title={t('editor.compareOf', { n: version })} onClose={onClose}>
      <div className="stack">
        <PickField
          label={t('editor.compareWith')}
          value={String(other)}
          options={others.map((n) => ({ value: String(n), text: t('pathways.versionOf', { n }) }))}
          onChange={(chosen) => setOther(Number(chosen))}
        />
        {error ? (
          <ErrorState error={error} onRetry={() => void after.refetch().then(() => before.refetch())} />
        ) : after.data && before.data ? (
          <DifferenceList before={before.data.definition} after={after.data.definition} />
        ) : (
          <span className="skeleton" role="status" aria-label={t('common.loading')} style={{ height: 120 }} />
        )}
      </div>
    </Dialog>
  )
}
