import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  type Account,
  closeLetterBatch,
  listAccounts,
  listLetterBatches,
  makeLetterBatch,
  printLetterBatch,
} from '../../../contract/channel.ts'
import { addressOf } from '../../api.ts'
import { count } from '../../format/number.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useDo } from '../../ui/useDo.ts'

type LettersDialogProps = { account: Account; onClose: () => void }

/** Letters on paper: takes those that are due, and says what became of each batch. */
export function LettersDialog({ account, onClose }: LettersDialogProps) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { id } = account
  const batches = useCall(listLetterBatches, { params: { id } })
  const stale = [listLetterBatches, listAccounts]
  const take = useDo(makeLetterBatch, {
    stale,
    onDone: ({ letters }) =>
      void message.info(letters > 0 ? t('channels.lettersTaken', { n: letters }) : t('channels.lettersNone')),
  })
  const close = useDo(closeLetterBatch, { stale })
  const say = (batchId: number, printed: boolean) =>
    close.mutate({ params: { id, batchId }, body: { printed } })
  return (
    <Dialog title={t('channels.letters')} onClose={onClose}>
      <p className="secondary">{t('channels.lettersHint')}</p>
      <Button type="primary" loading={take.isPending} onClick={() => take.mutate({ params: { id } })}>
        {t('channels.lettersTake')}
      </Button>
      {batches.isError || batches.isPending ? (
        <Unloaded query={batches} />
      ) : (
        <ul className="channels-batches">
          {batches.data.items.map((one) => (
            <li key={one.id}>
              <StatusTag
                tone={one.state === 'printed' ? 'success' : one.state === 'undone' ? 'neutral' : 'warning'}
              >
                {t(`channels.batchState.${one.state}`)}
              </StatusTag>
              <span>
                {t('channels.lettersCount', { n: count(one.letters) })} ·{' '}
                <TimeText at={one.madeAt} show="moment" /> · {one.madeBy}
              </span>
              {one.state === 'printing' && (
                <>
                  <Button href={addressOf(printLetterBatch, { params: { id, batchId: one.id } })}>
                    {t('channels.lettersPdf')}
                  </Button>
                  <Button disabled={close.isPending} onClick={() => say(one.id, true)}>
                    {t('channels.lettersPrinted')}
                  </Button>
                  <Button disabled={close.isPending} onClick={() => say(one.id, false)}>
                    {t('channels.lettersUndo')}
                  </Button>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
