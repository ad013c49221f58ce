import { Dialog } from '../../ui/Dialog.tsx'
import { useTranslation } from 'react-i18next'
import { drawSpotChecks, previewSpotChecks, riskReason } from '../../../contract/spot-check.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { refreshSpotChecks } from './refresh.ts'
import { useDo } from '../../ui/useDo.ts'

type DrawDialogProps = { siteId: number; month: string; onClose: () => void }

/** How many of whom would be drawn; then the draw, which is final. */
export function DrawDialog({ siteId, month, onClose }: DrawDialogProps) {
  const { t } = useTranslation()
  const code = useCode()
  const preview = useCall(previewSpotChecks, { query: { siteId, month } })
  const draw = useDo(drawSpotChecks, {
    done: ({ drawn }) => t('spotChecks.drawn', { n: drawn }),
    onDone: () => {
      refreshSpotChecks()
      onClose()
    },
  })
  const doctors = preview.data?.doctors ?? []
  const total = doctors.reduce((sum, one) => sum + one.size, 0)
  return (
    <Dialog
      title={t('spotChecks.drawTitle', { month })}
      size="large"
      onClose={onClose}
      ok={{
        text: t('spotChecks.drawNow', { n: total }),
        onClick: () => draw.mutate({ body: { siteId, month } }),
        loading: draw.isPending,
        disabled: total === 0,
      }}
    >
      {preview.isError || !preview.data ? (
        <Unloaded query={preview} height={200} />
      ) : doctors.length === 0 ? (
        <p>{t('spotChecks.nothingToDraw')}</p>
      ) : (
        <>
          <p className="secondary">{t('spotChecks.drawHint')}</p>
          {preview.data.notCallable > 0 && (
            <p className="secondary">{t('spotChecks.notCallable', { n: preview.data.notCallable })}</p>
          )}
          <div className="spot-check-preview" tabIndex={0} role="region" aria-label={t('spotChecks.doctors')}>
            <table className="list-table plain-table">
              <thead>
                <tr>
                  <th scope="col">{t('spotChecks.doctor')}</th>
                  <th scope="col">{t('spotChecks.column.candidates')}</th>
                  <th scope="col">{t('spotChecks.toDraw')}</th>
                  <th scope="col">{t('spotChecks.risks')}</th>
                </tr>
              </thead>
              <tbody>
                {doctors.map((one) => (
                  <tr key={one.staffId}>
                    <th scope="row">
                      {one.staffName} <span className="secondary small">{one.departmentName}</span>{' '}
                      {one.isNew && <span className="secondary small">{t('spotChecks.newDoctor')}</span>}
                    </th>
                    <td>{one.candidates}</td>
                    <td>{one.size}</td>
                    <td>
                      {riskReason.options
                        .filter((reason) => (one.reasons[reason] ?? 0) > 0)
                        .map((reason) => `${code('riskReason', reason)} ${one.reasons[reason] ?? 0}`)
                        .join('，') || '—'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Dialog>
  )
}
