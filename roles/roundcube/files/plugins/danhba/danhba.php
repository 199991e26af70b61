<?php

declare(strict_types=1);

// By their names: a file that an older version left behind is not read.
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'Danhba\\')) {
        require __DIR__ . '/lib/' . substr($class, strlen('Danhba\\')) . '.php';
    }
});

use Danhba\Archive;
use Danhba\Completion;
use Danhba\ContactCard;
use Danhba\Editor;
use Danhba\Filters;
use Danhba\FirstPassword;
use Danhba\Form;
use Danhba\Identity;
use Danhba\LoginPage;
use Danhba\Mailboxes;
use Danhba\Origin;
use Danhba\PasswordPage;
use Danhba\ProgramsPage;
use Danhba\Service;
use Danhba\Session;
use Danhba\Support;
use Danhba\UsagePage;
use Danhba\Welcome;

/**
 * The province's webmail over Roundcube: sign-in by the credential service, the first password (R10.1), one identity
 * that is the user's own (R10.4), preferences that follow the mailbox, and the address book (R5).
 *
 * This class only wires: each hook is handled by one of the classes in lib/.
 */
class danhba extends rcube_plugin
{
    /** @var list<string> labels that Roundcube gave to its script before plugins were asked */
    private const EARLY = ['loading', 'servererror', 'connerror', 'requesttimedout', 'refreshing', 'windowopenerror',
        'uploadingmany', 'uploading', 'close', 'save', 'cancel', 'alerttitle', 'confirmationtitle', 'delete',
        'continue', 'ok'];

    private Session $session;

    /** Before a session is read. Without its database Roundcube would say that all is well, on a page of its own. */
    public function onload(): void
    {
        if (PHP_SAPI === 'cli') {
            return;
        }
        $this->come_in();
        $db = rcmail::get_instance()->get_dbh();
        $db->db_connect('w');
        if (!$db->is_connected()) {
            http_response_code(503);
            exit;
        }
    }

    /**
     * A link from another site comes without the cookies (SameSite=Strict), and would get an empty session in place of
     * the one that is open. So the webmail is opened once more, from here and only once; what the link asked for is
     * dropped.
     */
    private function come_in(): void
    {
        $foreign = ($_SERVER['HTTP_SEC_FETCH_SITE'] ?? '') === 'cross-site'
            && ($_SERVER['HTTP_SEC_FETCH_MODE'] ?? '') === 'navigate' && ($_SERVER['REQUEST_METHOD'] ?? '') === 'GET';
        if ($foreign && !isset($_GET['_danhba'])) {
            header('Refresh: 0; url=/?_danhba=in');
            exit;
        }
    }

    public function init(): void
    {
        $rcmail = rcmail::get_instance();
        $this->add_texts('localization/');
        $this->mend_texts();
        $service = new Service((string) $rcmail->config->get('danhba_socket'));
        $support = new Support($this, $rcmail);
        $welcome = new Welcome($this, $rcmail, $support);
        $this->session = new Session($this, $rcmail, $service, new Mailboxes($rcmail->get_dbh()), $welcome);
        $minimum = (int) $rcmail->config->get('danhba_minimum_length');
        $form = new Form($this, $service, $this->session, $support, $minimum);
        $this->wire_sign_in($rcmail, $form, new LoginPage($this, $rcmail, $this->session, $support));
        $this->wire_identity();
        $this->wire_pages($rcmail);
        $this->add_hook('send_page', [$this, 'open_up']);
        if (in_array($rcmail->task, ['mail', 'settings', 'addressbook'], true)) {
            $this->include_stylesheet('danhba.css');
        }
        if ($rcmail->task === 'settings') {
            $this->wire_settings($rcmail, $form);
        }
        if ($rcmail->task === 'mail' && rcube_utils::get_input_string('_danhba', rcube_utils::INPUT_GET) === 'changed') {
            $rcmail->output->show_message('danhba.changed', 'confirmation');
        }
    }

    /** Hook `send_page`: what of the pages is no text of a language, and in the way of those who do not see well. */
    public function open_up(array $args): array
    {
        $args['content'] = strtr($args['content'], [
            ', maximum-scale=1.0"' => '"', // telephones could not enlarge it (WCAG 2.2, 1.4.4)
            '<div id="login-footer" role="contentinfo">' => '<div id="login-footer">', // it is within the main part
            'id="logo" alt="Logo"' => 'id="logo" alt=""',
            '>Message Download Options Menu<' => '>' . rcube::Q($this->gettext('downloads')) . '<',
        ]);
        return $args;
    }

    private function wire_sign_in(rcmail $rcmail, Form $form, LoginPage $page): void
    {
        $first = new FirstPassword($this, $rcmail, $this->session, $form);
        $this->add_hook('startup', function (array $args) use ($first): array {
            $this->session->check($args['task']);
            $first->handle($args['task'], $args['action']);
            return $args;
        });
        $this->add_hook('authenticate', fn (array $args): array => $this->session->sign_in($args, $first));
        $this->add_hook('login_after', [$this->session, 'entered']);
        $this->add_hook('login_failed', [$this->session, 'failed']);
        $this->add_hook('session_destroy', [$this->session, 'sign_out']);
        $this->add_hook('loginform_content', [$page, 'content']);
        $this->add_hook('template_object_loginform', [$page, 'form']);
        $this->add_hook('template_container', [$page, 'container']);
    }

    private function wire_identity(): void
    {
        $identity = new Identity($this, $this->session);
        $hooks = ['startup', 'user_create', 'identity_create', 'identity_update', 'identity_delete', 'message_before_send'];
        foreach ($hooks as $hook) {
            $this->add_hook($hook, [$identity, $hook]);
        }
        $this->add_hook('template_object_username', [$identity, 'header']);
        $this->add_hook('startup', [new Filters($this, rcmail::get_instance()), 'startup']);
    }

    private function wire_pages(rcmail $rcmail): void
    {
        $this->add_hook('contacts_autocomplete_after', fn (array $args): array => (new Completion($rcmail))->order($args));
        $origin = new Origin($this, $rcmail);
        foreach (['storage_init', 'messages_list', 'message_objects'] as $hook) {
            $this->add_hook($hook, [$origin, $hook]);
        }
        $editor = new Editor($this);
        $this->add_hook('html_editor', [$editor, 'prepare']);
        $this->add_hook('message_outgoing_body', [$editor, 'leave_font']);
        $this->add_hook('contact_form', [new ContactCard(), 'settle']);
        $archive = new Archive($this, $rcmail);
        $this->add_hook('render_folder_selector', [$archive, 'chosen']);
        $this->add_hook('folders_list', [$archive, 'listed']);
    }

    private function wire_settings(rcmail $rcmail, Form $form): void
    {
        $pages = [
            'password' => new PasswordPage($this, $rcmail, $this->session, $form),
            'programs' => new ProgramsPage($this, $rcmail, $this->session),
            'usage' => new UsagePage($this, $rcmail, $this->session),
        ];
        foreach ($pages as $name => $page) {
            $this->register_action("plugin.danhba-$name", [$page, 'show']);
        }
        // Its keys would come from an extension of the browser that nobody here has.
        $this->add_hook('preferences_sections_list', function (array $args): array {
            unset($args['list']['encryption']);
            return $args;
        });
        $this->add_hook('settings_actions', function (array $args) use ($pages): array {
            // Whoever reads the use of an agency has a tab for it; whoever does not is refused by the page, too.
            $shown = empty($this->session->mailbox()['reads_use']) ? array_diff_key($pages, ['usage' => 0]) : $pages;
            foreach (array_keys($shown) as $name) {
                $args['actions'][] = ['action' => "plugin.danhba-$name", 'class' => "danhba-$name",
                    'label' => $name, 'title' => "{$name}title", 'domain' => 'danhba'];
            }
            return $args;
        });
    }

    /**
     * Texts that cite the province's own regulation (role roundcube), and Vietnamese ones of Roundcube that are missing
     * or wrong; the texts of plugins after this one are covered too.
     */
    private function mend_texts(): void
    {
        $language = preg_replace('/[^A-Za-z_]/', '', (string) ($_SESSION['language'] ?? ''));
        $rcmail = rcmail::get_instance();
        $cited = (array) $rcmail->config->get('danhba_cited', []);
        if ($own = $cited[$language] ?? $cited['en_US'] ?? []) {
            $rcmail->load_language(null, [], $own);
        }
        $file = __DIR__ . "/mended/$language.php";
        if (!is_file($file)) {
            return;
        }
        $rcmail->load_language(null, [], require $file);
        if ($rcmail->output instanceof rcmail_output_html) {
            $rcmail->output->add_label(self::EARLY);
        }
    }
}
