// What was said before and while we were away: catches up after each new session and fetches older pages when somebody reads back.

import { inOrder } from './mam.mjs';
/** @typedef {import('./conversations.mjs').Conversation} Conversation */

const FIRST = 100; // messages of all conversations together, at the first login

export class History {
  /** Id of the newest message of our own archive that we have. */
  #newest = '';

  /**
   * @param {import('./mam.mjs').Archive} archive @param {import('./chat.mjs').Chat} chat
   * @param {import('./conversations.mjs').Conversations} conversations
   */
  constructor(archive, chat, conversations) {
    this.archive = archive;
    this.chat = chat;
    this.conversations = conversations;
    conversations.on('message', ({ conversation, message }) => {
      if (conversation.kind === 'chat' && message.archiveId) this.#newest = message.archiveId;
    });
  }

  /** Where to go on; to be asked before new messages come in. */
  mark() {
    return this.#newest;
  }

  /**
   * Where an earlier visit ended.
   * @param {string} mark
   */
  goOnFrom(mark) {
    this.#newest = mark;
  }

  /** @param {string} mark */
  async catchUp(mark) {
    try {
      if (!mark || !(await this.#follow(mark))) this.#take((await this.archive.page({ before: '', max: FIRST })).messages);
    } catch {
      // No archive, or not now: what is here stays, and reading back asks again.
    }
  }

  /**
   * @param {string} mark @returns {Promise<boolean>} false: the archive does not know it any more, and there may be a gap
   */
  async #follow(mark) {
    try {
      await this.archive.follow({ after: mark }, (messages) => this.#take(messages));
      return true;
    } catch (error) {
      if (/** @type {{ condition?: string }} */ (error).condition !== 'item-not-found') throw error;
      for (const conversation of this.conversations.all.values()) if (conversation.kind === 'chat') this.conversations.dropKept(conversation);
      return false;
    }
  }

  /**
   * One page older than the oldest we have.
   * @param {Conversation} conversation @returns {Promise<boolean>} whether there is more
   */
  async older(conversation) {
    const oldest = conversation.log.messages.find(({ archiveId }) => archiveId)?.archiveId ?? '';
    const { messages, complete } = await this.archive.page({ with: conversation.jid, before: oldest, max: 50 });
    this.#take(messages, true);
    return !complete && messages.length > 0;
  }

  /** @param {import('./mam.mjs').Archived[]} messages @param {boolean} [old] */
  #take(messages, old = false) {
    const newest = this.#newest;
    for (const { stanza, delay, archiveId } of inOrder(messages, old)) {
      if (stanza.attrs.type !== 'groupchat') this.chat.receive(stanza, { delay, archiveId, live: false, earlier: old });
    }
    this.#newest = old ? newest : (messages[messages.length - 1]?.archiveId ?? newest);
  }
}
