import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { searchMessages } from '../../../contract/conversation.ts'
import { useTime } from '../../format/useTime.ts'
import { useCallPages } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { TextField } from '../../ui/fields.ts'
import { Unloaded } from '../../ui/Unloaded.tsx'

/** Everything that was ever written, found by its words; two Chinese characters are enough. */
export function SearchDialog({ onOpen, onClose }: { onOpen: (id: number) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const [text, setText] = useState('')
  const [search, setSearch] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), 250)
    return () => clearTimeout(timer)
  }, [text])
  const found = useCallPages(
    searchMessages,
    { query: { search, limit: 20 } },
    { enabled: search !== '', keepPrevious: true },
  )
  return (
    <Dialog title={t('inbox.search')} size="large" onClose={onClose}>
      <div className="stack">
        <TextField
          label={t('inbox.searchFor')}
          hint={t('inbox.searchHint')}
          autoFocus
          maxLength={100}
          value={text}
          onChange={setText}
        />
        {search !== '' && (found.isPending || found.isError) && <Unloaded query={found} />}
        {search !== '' && found.isSuccess && found.items.length === 0 && (
          <EmptyState title={t('inbox.searchNone', { text: search })} hint={t('inbox.searchNoneHint')} />
        )}
        {search !== '' && found.items.length > 0 && (
          <ul className="inbox-found" aria-label={t('inbox.searchFound')}>
            {found.items.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  onClick={() => {
                    onClose()
                    onOpen(one.conversationId)
                  }}
                >
                  <span>
                    <b>{one.name || t('inbox.unknown')}</b>{' '}
                    <span className="secondary small">
                      {t(
                        one.kind === 'note'
                          ? 'inbox.note'
                          : one.kind === 'out'
                            ? 'inbox.ours'
                            : 'inbox.theirs',
                      )}
                      {one.channel && ` · ${t(`inbox.channel.${one.channel}`)}`} · {time.moment(one.at)}
                    </span>
                  </span>
                  <span>{one.excerpt}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {found.hasNextPage && search !== '' && (
          <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t('inbox.earlier')}
          </Button>
        )}
      </div>
    </Dialog>
  )
}
