<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use rcmail;
use rcube_utils;
use RuntimeException;

/**
 * A session of the webmail: how it begins, that each request of it is still allowed, and how it ends.
 *
 * Roundcube's "password" is the token that the credential service gave: the real password is neither kept nor sent on.
 */
final class Session
{
    private ?array $mailbox = null;
    private ?string $error = null;
    /** The token of a sign-in that is under way. */
    private string $fresh = '';

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Service $service,
        private readonly Mailboxes $mailboxes,
        private readonly Welcome $welcome
    ) {
    }

    /** Hook `authenticate`: the service decides; a password that was only issued leads to the change page (R10.1). */
    public function sign_in(array $args, FirstPassword $first): array
    {
        // The web server counts sign-ins by their query: one without it is none.
        if (!$args['valid'] || !preg_match('/(^|&)_task=login(&|$)/', (string) ($_SERVER['QUERY_STRING'] ?? ''))) {
            return ['valid' => false] + $args;
        }
        $address = $this->address((string) $args['user']);
        $answer = $this->service->sign_in($address, (string) $args['pass'], rcube_utils::remote_addr());
        if ($answer['answer'] === 'initial') {
            $first->begin($answer['mailbox']['address'], (string) $args['pass']);
        }
        if ($answer['answer'] !== 'signed_in') {
            $this->error = $this->refusal($answer);
            return ['abort' => true, 'error' => $this->error] + $args;
        }
        try {
            $this->admit($answer['mailbox'], $answer['token']);
        } catch (RuntimeException) {
            $this->give_back();
            $this->away();
        }
        return ['user' => $answer['mailbox']['address'], 'pass' => $answer['token']] + $args;
    }

    /**
     * After the change of the first password: sign in with the token that it gave, as after a sign-in at the login page,
     * and open the mailbox; where that cannot be, the login page says that the new password holds. Never returns.
     */
    public function enter(array $mailbox, #[\SensitiveParameter] string $token): never
    {
        $this->rcmail->kill_session();
        try {
            $this->admit($mailbox, $token);
            $entered = $this->rcmail->login($mailbox['address'], $token, $this->rcmail->autoselect_host(), false);
        } catch (RuntimeException) {
            $entered = false;
        }
        if (!$entered) {
            $this->give_back();
            $this->rcmail->output->redirect(['_task' => 'login', '_danhba' => 'changed']);
        }
        $this->rcmail->session->remove('temp');
        $this->rcmail->session->regenerate_id(false);
        $this->rcmail->session->set_auth_cookie();
        $this->rcmail->log_login();
        $this->entered([]);
        $this->rcmail->output->redirect(['_task' => 'mail', '_danhba' => 'changed'], 0, true);
        exit;
    }

    /** Hook `login_after`. */
    public function entered(array $args): array
    {
        if ($this->mailbox) {
            $new = $this->mailboxes->remember($this->mailbox, (int) $this->rcmail->user->ID);
            $this->keep($this->mailbox);
            $this->welcome->greet($this->mailbox, $new);
        }
        return $args;
    }

    /** Hook `login_failed`: a token that opened nothing is given back. */
    public function failed(array $args): array
    {
        if ($this->mailbox) {
            $this->error = $this->plugin->gettext('unavailable');
            $this->give_back();
        }
        return $args;
    }

    /** Hook `startup`: whether the session may go on. Other sessions ended when the password changed (R10.5). */
    public function check(string $task): void
    {
        if (empty($_SESSION['user_id']) || $task === 'login') {
            return;
        }
        $answer = $this->service->look_up((string) $_SESSION['username'], $this->token());
        if ($answer['answer'] === 'known') {
            $this->demand_token();
            $this->keep($answer['mailbox']);
            $this->open_directory();
        } elseif ($answer['answer'] === 'refused') {
            $this->error = $this->plugin->gettext('ended');
            $this->rcmail->kill_session();
        } elseif ($task !== 'logout') {
            $this->away();
        }
    }

    /** Hook `session_destroy`: the token dies with the session. */
    public function sign_out(array $args): array
    {
        if (!empty($_SESSION['user_id']) && !empty($_SESSION['password'])) {
            $this->service->sign_out((string) $_SESSION['username'], $this->token());
        }
        return $args;
    }

    /** After a change of the password: this session goes on with a new token, under a new id. */
    public function renew(array $mailbox, #[\SensitiveParameter] string $token): void
    {
        $_SESSION['password'] = $this->rcmail->encrypt($token);
        $this->keep($mailbox);
        $this->rcmail->session->regenerate_id(true);
        $this->rcmail->session->set_auth_cookie();
    }

    /** The mailbox of the session, or null before there is one. */
    public function mailbox(): ?array
    {
        return $this->mailbox ?? $_SESSION['danhba_mailbox'] ?? null;
    }

    /** What the owner may read of the use of an agency's mailboxes, as the service answers. */
    public function use_of_agency(): array
    {
        return $this->service->show_use((string) $_SESSION['username'], $this->token());
    }

    /** Why the last attempt to sign in failed, for pages that do without scripts. */
    public function error(): ?string
    {
        return $this->error;
    }

    /** What a person is told of an answer that is no success; `$refused` is the text for a password that is wrong. */
    public function refusal(array $answer, string $refused = 'refused'): string
    {
        if ($answer['answer'] === 'wait') {
            $minutes = max(1, (int) ceil(((int) ($answer['seconds'] ?? 60)) / 60));
            return $this->plugin->gettext(['name' => 'wait', 'vars' => ['minutes' => (string) $minutes]]);
        }
        return $this->plugin->gettext($answer['answer'] === 'refused' ? $refused : 'unavailable');
    }

    /** The service does not answer: nginx shows the page that explains it. Never returns; the session stays. */
    public function away(): never
    {
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        http_response_code(503);
        exit;
    }

    /** What a form changes needs the token of its page. Roundcube would refuse it too, but as if all were well. */
    private function demand_token(): void
    {
        if ($_SERVER['REQUEST_METHOD'] === 'POST' && !$this->rcmail->check_request(rcube_utils::INPUT_POST)) {
            http_response_code(403);
            exit;
        }
    }

    /** A mailbox whose owner has shown the password. RuntimeException where the webmail's database fails. */
    private function admit(array $mailbox, #[\SensitiveParameter] string $token): void
    {
        $this->mailbox = $mailbox;
        $this->fresh = $token;
        $this->mailboxes->follow($mailbox);
    }

    private function give_back(): void
    {
        $this->service->sign_out((string) $this->mailbox['address'], $this->fresh);
    }

    private function keep(array $mailbox): void
    {
        $changed = ($_SESSION['danhba_mailbox'] ?? null) !== $mailbox;
        $this->mailbox = $mailbox;
        if ($changed) {
            $_SESSION['danhba_mailbox'] = $mailbox;
            (new Identity($this->plugin, $this))->settle($this->rcmail->user);
        }
    }

    private function open_directory(): void
    {
        $books = (array) $this->rcmail->config->get('ldap_public', []);
        if (isset($books['danhba'])) {
            $books['danhba']['bind_dn'] = $this->mailbox['dn'];
            $books['danhba']['bind_pass'] = $this->token();
            $this->rcmail->config->set('ldap_public', $books);
        }
    }

    private function token(): string
    {
        return (string) $this->rcmail->decrypt((string) ($_SESSION['password'] ?? ''));
    }

    /** People may leave out the domain, and write in capitals. No address has a control character: it gets to logs. */
    private function address(string $user): string
    {
        $user = mb_strtolower(trim((string) preg_replace('/\p{C}+/u', '', $user)));
        return str_contains($user, '@') ? $user : $user . '@' . $this->rcmail->config->get('danhba_domain');
    }
}
